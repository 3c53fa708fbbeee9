package org.espalier.service.catalogue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.service.catalogue.ErasureView.Removed;
import org.espalier.service.jobs.JobContext;
import org.espalier.service.jobs.JobFailedException;
import org.espalier.service.jobs.JobKind;
import org.espalier.service.jobs.JobOutcome;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.UserTraces;
import org.espalier.service.platform.UserTraces.Trace;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.springframework.stereotype.Component;

/**
 * Erasures of users. The store comes last, because it knows what the user is called elsewhere; it goes on by itself with an
 * erasure that a crash cut short, and this job then finds it done.
 */
@Component
class ErasureJobs implements JobKind<ErasureJobs.Request> {

  /**
   * Whom to erase. The user's own id would outlive the user in the records of jobs.
   *
   * @param user number in the store
   */
  record Request(int user) {}

  private final Store store;
  private final List<UserTraces> traces;
  private final Path workDir;

  ErasureJobs(Store store, List<UserTraces> traces, EspalierProperties espalier) {
    this.store = store;
    this.traces = traces;
    this.workDir = espalier.workDir();
  }

  @Override
  public String name() {
    return "erasure";
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  /** There is nobody to erase on a schedule. */
  @Override
  public Request defaults() {
    return new Request(-1);
  }

  @Override
  public void validate(Request request) {
    if (request.user() < 0 || request.user() >= store.dictionary().size(Field.USER)) {
      throw new ProblemException(
          ProblemCode.UNKNOWN_USER, "an erasure begins with DELETE /v1/users/{id}");
    }
  }

  @Override
  public boolean ownLane() {
    return true;
  }

  @Override
  public AfterInterruption afterInterruption() {
    return AfterInterruption.RESUME;
  }

  @Override
  public JobOutcome run(Request request, JobContext context) {
    String user = store.dictionary().token(Field.USER, request.user());
    if (user.isEmpty()) { // the run before this one came so far
      return new JobOutcome.Done(new ErasureView.Result(null, List.of()));
    }
    List<Trace> found = new ArrayList<>();
    context.phase("looking beside the store", 0.5);
    for (UserTraces place : traces) {
      if (context.cancelled()) {
        return new JobOutcome.Cancelled();
      }
      try {
        found.addAll(place.remove(user, context::cancelled));
      } catch (ProblemException e) {
        throw new JobFailedException(
            "nothing was erased from the store yet: %s; run the job again".formatted(e.detail()),
            e);
      }
    }
    workFolders(context.id()).ifPresent(found::add);
    if (context.cancelled()) {
      return new JobOutcome.Cancelled();
    }
    context.phase("erasing from the store", 1);
    Removed removed = store.deleteUser(user).map(Removed::of).orElse(null);
    return new JobOutcome.Done(new ErasureView.Result(removed, List.copyOf(found)));
  }

  /** Jobs that train work on copies of the log. */
  private Optional<Trace> workFolders(long ownJob) {
    if (!Files.isDirectory(workDir)) {
      return Optional.empty();
    }
    try (Stream<Path> folders = Files.list(workDir)) {
      long others =
          folders
              .filter(folder -> !folder.getFileName().toString().equals(Long.toString(ownJob)))
              .count();
      return others == 0
          ? Optional.empty()
          : Optional.of(
              new Trace("work folders of jobs", 0, others, "each goes when its job ends"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + workDir, e);
    }
  }
}
