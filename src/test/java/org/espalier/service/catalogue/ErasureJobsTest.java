package org.espalier.service.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.service.catalogue.ErasureJobs.Request;
import org.espalier.service.catalogue.ErasureView.Result;
import org.espalier.service.jobs.JobContext;
import org.espalier.service.jobs.JobFailedException;
import org.espalier.service.jobs.JobOutcome;
import org.espalier.service.jobs.LogRange;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.UserTraces;
import org.espalier.service.platform.UserTraces.Trace;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Erasures that go well, that cannot reach a place, and that were cut short. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class ErasureJobsTest {

  private static final long TIME_MS = 1_700_000_000_000L;
  private static final Trace BACKUP = new Trace("backups", 0, 2, "they go");

  @TempDir Path data;

  private @Nullable Store opened;
  private final List<String> asked = new ArrayList<>();
  private final FakeContext context = new FakeContext();

  @BeforeEach
  void open() {
    opened = Store.open(data.resolve("store"), StoreOptions.defaults());
    store().append(List.of(event("ann", "e1"), event("ann", "e2"), event("bob", "e3")));
  }

  @AfterEach
  void close() {
    store().close();
  }

  private Store store() {
    return Objects.requireNonNull(opened);
  }

  private static Event event(String user, String id) {
    return new Event(id, "click", user, "dune", 1, TIME_MS, null, null);
  }

  @Test
  void everything_of_the_user_goes_and_the_answer_says_what_stays_elsewhere() throws Exception {
    Files.createDirectories(data.resolve("jobs/7"));
    Files.createDirectories(data.resolve("jobs/" + context.id()));
    Request request = request("ann");
    Result result = run(request);
    assertThat(result.removed()).isEqualTo(new ErasureView.Removed(2, 2, 1, 0));
    assertThat(result.traces())
        .containsExactly(
            BACKUP, new Trace("work folders of jobs", 0, 1, "each goes when its job ends"));
    assertThat(asked).containsExactly("ann");
    assertThat(store().dictionary().find(Field.USER, "ann")).isNegative();
    assertThat(store().dictionary().find(Field.USER, "bob")).isNotNegative();

    assertThat(run(request)).as("after a restart").isEqualTo(new Result(null, List.of()));
    assertThat(asked).hasSize(1);
  }

  @Test
  void a_place_that_does_not_answer_leaves_the_store_as_it_is_for_another_run() {
    Request request = request("ann");
    UserTraces away =
        (_, _) -> {
          throw new ProblemException(ProblemCode.UNAVAILABLE, "Kafka does not answer");
        };
    assertThatThrownBy(() -> jobs(away).run(request, context))
        .isInstanceOf(JobFailedException.class)
        .hasMessageContaining("nothing was erased from the store yet: Kafka does not answer");
    assertThat(store().dictionary().find(Field.USER, "ann")).isEqualTo(request.user());
    assertThat(run(request).removed()).isNotNull();
  }

  @Test
  void one_that_is_cancelled_in_time_erases_nothing() {
    Request request = request("ann");
    context.cancelled = true;
    assertThat(jobs(this::backups).run(request, context)).isInstanceOf(JobOutcome.Cancelled.class);
    assertThat(store().dictionary().find(Field.USER, "ann")).isEqualTo(request.user());
  }

  @Test
  void nobody_is_erased_by_a_number_that_was_never_given() {
    for (int user : new int[] {-1, 2, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> jobs(this::backups).validate(new Request(user)))
          .isInstanceOf(ProblemException.class);
    }
  }

  private Result run(Request request) {
    jobs(this::backups).validate(request);
    return (Result) ((JobOutcome.Done) jobs(this::backups).run(request, context)).result();
  }

  private List<Trace> backups(String user, BooleanSupplier cancelled) {
    asked.add(user);
    return List.of(BACKUP);
  }

  private ErasureJobs jobs(UserTraces traces) {
    return new ErasureJobs(store(), List.of(traces), new EspalierProperties(data, "test"));
  }

  private Request request(String user) {
    return new Request(store().dictionary().find(Field.USER, user));
  }

  private static final class FakeContext implements JobContext {
    private boolean cancelled;

    @Override
    public long id() {
      return 12;
    }

    @Override
    public int attempt() {
      return 1;
    }

    @Override
    public boolean cancelled() {
      return cancelled;
    }

    @Override
    public boolean stopping() {
      return false;
    }

    @Override
    public void phase(String name, double until) {}

    @Override
    public void progress(double share, String note) {}

    @Override
    public void remaining(Duration time) {}

    @Override
    public LogRange logRange(Supplier<LogRange> now) {
      return now.get();
    }

    @Override
    public Path workFolder() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<String> resumePoint() {
      return Optional.empty();
    }

    @Override
    public void resumeFrom(String point) {}

    @Override
    public void report(String name, String mediaType, String content) {}
  }
}
