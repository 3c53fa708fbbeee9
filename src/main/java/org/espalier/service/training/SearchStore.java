package org.espalier.service.training;

import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.GenerationWriter;
import org.espalier.embeddings.store.ManifestDraft;
import org.espalier.embeddings.store.Provenance;
import org.espalier.embeddings.store.Store;
import org.espalier.search.job.Candidate;
import org.espalier.search.job.LogSnapshot;
import org.espalier.search.job.SearchException;
import org.espalier.search.job.SearchReport;
import org.espalier.search.job.SearchSpec;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.MfGeneration;
import org.espalier.service.platform.TypeWeights;

/** What a search of sizes has to do with a store: it reads the log once, and writes its candidate. */
public final class SearchStore {

  private final Store store;
  private final TypeWeights weights;
  private final Clock clock;
  private final String codeVersion;

  /**
   * @param codeVersion goes into the manifest
   */
  public SearchStore(
      Store store, InteractionProperties interactions, Clock clock, String codeVersion) {
    this.store = store;
    this.weights = new TypeWeights(store.dictionary(), interactions);
    this.clock = clock;
    this.codeVersion = codeVersion;
  }

  /**
   * The interactions of the log as it is now; where the active generation is the teacher, up to the last that it was
   * trained on, with its tables.
   *
   * @throws SearchException before anything is read, when the active generation cannot be the teacher
   */
  public LogSnapshot read(SearchSpec spec, LogSnapshot.Progress progress) {
    long to = lastSequence(spec);
    return read(spec, to, Snapshot.FROM_THE_FIRST, progress, SearchStore::alike);
  }

  /**
   * Where a search of the log as it is now ends.
   *
   * @throws SearchException when the active generation is to be the teacher, and cannot be
   */
  long lastSequence(SearchSpec spec) {
    return switch (spec.teacher()) {
      case TRAINED -> store.lastSequence();
      case ACTIVE -> ServingTeacher.of(store, spec).lastSequence();
    };
  }

  /**
   * The interactions of the log up to a sequence, and the teacher where it is the active generation.
   *
   * @param sinceMs events of earlier times are left out
   * @param userWeights gives how much each of some user ids counts
   * @throws SearchException when the active generation is to be the teacher, and cannot be or was trained on another log
   */
  LogSnapshot read(
      SearchSpec spec,
      long lastSequence,
      long sinceMs,
      LogSnapshot.Progress progress,
      Function<int[], float[]> userWeights) {
    if (spec.teacher() == SearchSpec.Teacher.TRAINED) {
      return read(lastSequence, sinceMs, progress, userWeights);
    }
    ServingTeacher teacher = ServingTeacher.of(store, spec);
    if (teacher.lastSequence() != lastSequence) {
      throw new SearchException(
          "the search is of the log up to sequence %d, and the generation that is active now was trained up to %d; search anew"
              .formatted(lastSequence, teacher.lastSequence()));
    }
    return teacher.teach(read(lastSequence, sinceMs, progress, userWeights));
  }

  private LogSnapshot read(
      long lastSequence,
      long sinceMs,
      LogSnapshot.Progress progress,
      Function<int[], float[]> userWeights) {
    Snapshot snapshot =
        Snapshot.read(
                store,
                lastSequence,
                sinceMs,
                weights,
                reading -> progress.at((double) reading.sequence() / reading.lastSequence()),
                () -> false)
            .orElseThrow();
    return new LogSnapshot(
        snapshot.lastSequence(),
        snapshot.interactions(),
        snapshot.users(),
        snapshot.items(),
        userWeights.apply(snapshot.users()),
        Optional.empty());
  }

  /** One weight for all. */
  static float[] alike(int[] users) {
    float[] ones = new float[users.length];
    Arrays.fill(ones, 1f);
    return ones;
  }

  /** Writes a candidate as a generation, whole or not at all; does not activate it. */
  public int write(Candidate candidate) {
    SearchReport report = candidate.report();
    try (GenerationWriter writer = store.generations().begin()) {
      writer.table(
          candidate
              .tables()
              .itemTable(MfGeneration.ITEMS, Field.ENTITY.name(), candidate.snapshot().itemIds()));
      writer.table(
          candidate
              .tables()
              .userTable(MfGeneration.USERS, Field.USER.name(), candidate.snapshot().userIds()));
      return writer.commit(
          new ManifestDraft(
              clock.instant(),
              MfGeneration.MODEL,
              report.space(),
              parameters(candidate),
              finite(report.metrics()),
              new Provenance(
                  report.seed(),
                  1,
                  report.lastSequence(),
                  codeVersion,
                  FloatKernels.best().name(),
                  parents(candidate))));
    }
  }

  private static List<Integer> parents(Candidate candidate) {
    return candidate.teacher().generation().stream().boxed().toList();
  }

  private static Map<String, Object> parameters(Candidate candidate) {
    SearchReport report = candidate.report();
    Map<String, Object> parameters =
        new TreeMap<>(MfGeneration.foldIn(candidate.teacher().foldIn()));
    parameters.put("loss", report.loss().toUpperCase(Locale.ROOT));
    parameters.put("epochs", candidate.teacher().epochs());
    parameters.put("teacher", report.teacher().kind());
    parameters.put("interactions", report.interactions());
    parameters.put("method", report.method());
    parameters.put("keep", report.keep());
    parameters.put("full_dim", report.dim());
    parameters.put("stored_numbers", report.stored());
    parameters.put("budget", report.budget());
    return parameters;
  }

  /** A manifest holds numbers only; a metric over no users is none. */
  private static Map<String, Double> finite(Map<String, Double> metrics) {
    Map<String, Double> kept = new LinkedHashMap<>(metrics);
    kept.values().removeIf(value -> !Double.isFinite(value));
    return kept;
  }
}
