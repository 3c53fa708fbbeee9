package org.espalier.search.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.espalier.learning.experiment.ProcessMemory;
import org.espalier.learning.metric.CtrMetrics;
import org.espalier.learning.train.TrainingListener;
import org.espalier.learning.train.TrainingOutcome;
import org.espalier.search.data.CtrData;
import org.espalier.search.data.CtrField;
import org.espalier.search.model.Architecture;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.CtrTrainer;
import org.espalier.search.model.SampleSource;
import org.espalier.search.model.TableLayout;
import org.espalier.search.model.TrainingResult;
import org.espalier.search.size.Method;
import org.jspecify.annotations.Nullable;

/**
 * Experiments on one click log: teachers where they are wanted, sizes, training, one look at the test
 * file. Teachers are trained once a seed and serve every method and budget after. For one thread.
 */
public final class CtrExperiment {

  private static final int DECILES = 10;

  private final CtrData data;
  private @Nullable Lessons lessons; // of the last teachers; one set at a time bounds the memory

  private record LessonKey(Architecture.Kind kind, int dim, long seed, int threads) {}

  /** What is learned from, whose teaching it is, and how long it took to make. */
  private record Lessons(Optional<LessonKey> key, SampleSource source, double seconds) {}

  /** Experiments on a log. */
  public CtrExperiment(CtrData data) {
    this.data = data;
  }

  /**
   * Runs one experiment.
   *
   * @param listener is told of every training: teachers, warm-up, the model itself
   * @throws org.espalier.search.size.NoRoomException when the budget has no room for what the method stores
   * @throws CancellationException when it was cancelled
   */
  public CtrReport run(CtrSettings settings, TrainingListener listener, BooleanSupplier cancelled) {
    PrunedLayouts layouts = new PrunedLayouts(data, settings);
    layouts.requireRoom();
    Lessons learned =
        settings.distil()
            ? teachersLessons(settings, listener, cancelled)
            : new Lessons(Optional.empty(), SampleSource.of(data.train()), 0);
    SampleSource source = learned.source();
    long searchStart = System.nanoTime();
    SizeSearch search = new SizeSearch(data, settings, source, listener, cancelled);
    CtrModel model = search.find();
    double searchSeconds = (System.nanoTime() - searchStart) * 1e-9;
    stopIf(cancelled);
    TrainingResult result =
        CtrTrainer.train(
            model,
            source,
            data.valid(),
            Recipe.of(data.train().count(), settings.threads())
                .training(settings.distil(), settings.seed()),
            listener,
            cancelled);
    stopIf(cancelled);
    if (result.outcome().reason() == TrainingOutcome.Reason.DIVERGED) {
      throw new IllegalStateException(
          "the training diverged in epoch " + result.outcome().epochs());
    }
    int stored = model.layout().storedNumbers();
    if (stored > layouts.budget()) {
      throw new IllegalStateException(
          "%d numbers exceed the budget of %d".formatted(stored, layouts.budget()));
    }
    Times times = new Times(learned.seconds(), searchSeconds, search.phaseSeconds());
    return report(settings, model, layouts.budget(), result, times);
  }

  private Lessons teachersLessons(
      CtrSettings settings, TrainingListener listener, BooleanSupplier cancelled) {
    LessonKey key =
        new LessonKey(settings.kind(), settings.dim(), settings.seed(), settings.threads());
    Lessons known = lessons;
    if (known == null || !known.key().equals(Optional.of(key))) {
      lessons = null;
      long start = System.nanoTime();
      Teachers teachers =
          Teachers.train(
              data, key.kind(), key.dim(), key.seed(), key.threads(), listener, cancelled);
      stopIf(cancelled);
      SampleSource pairs = teachers.pairs(data, key.seed());
      known = new Lessons(Optional.of(key), pairs, (System.nanoTime() - start) * 1e-9);
      lessons = known;
    }
    return known;
  }

  private static void stopIf(BooleanSupplier cancelled) {
    if (cancelled.getAsBoolean()) {
      throw new CancellationException("the experiment was cancelled");
    }
  }

  /** What came before the last training, in seconds. */
  private record Times(double teachers, double search, Map<String, Double> phases) {}

  private CtrReport report(
      CtrSettings settings, CtrModel model, int budget, TrainingResult result, Times times) {
    CtrMetrics test = model.judge(data.test());
    TableLayout layout = model.layout();
    return new CtrReport(
        lower(settings.kind()),
        settings.dim(),
        lower(settings.method()),
        lower(layout.projecting()),
        settings.distil(),
        settings.method() == Method.FULL ? 1 : settings.keep(),
        settings.seed(),
        test.auc(),
        test.logloss(),
        result.valid().auc(),
        layout.storedNumbers(),
        budget,
        model.denseCount(),
        (long) Float.BYTES * layout.storedNumbers() + layout.indexBytes(),
        result.outcome().epochs(),
        result.epochSeconds(),
        times.search(),
        times.phases(),
        result.outcome().total().toNanos() * 1e-9,
        times.teachers(),
        result.samplesPerSecond(),
        ProcessMemory.peakMb(),
        histogram(layout),
        decileSizes(layout),
        data.warnings());
  }

  private Map<String, Map<Integer, Integer>> histogram(TableLayout layout) {
    Map<String, Map<Integer, Integer>> histogram = new LinkedHashMap<>();
    for (int f = 0; f < data.fields().size(); f++) {
      CtrField field = data.fields().get(f);
      Map<Integer, Integer> sizes = new TreeMap<>();
      for (int t = 1; t < field.tokenCount(); t++) {
        sizes.merge(layout.size(layout.fieldStart(f) + t), 1, Integer::sum);
      }
      histogram.put(field.name(), sizes);
    }
    return histogram;
  }

  private List<Double> decileSizes(TableLayout layout) {
    record Popular(int count, int size) {}

    List<Popular> tokens = new ArrayList<>();
    for (int f = 0; f < data.fields().size(); f++) {
      int[] counts = data.fields().get(f).counts();
      for (int t = 1; t < counts.length; t++) {
        tokens.add(new Popular(counts[t], layout.size(layout.fieldStart(f) + t)));
      }
    }
    tokens.sort(Comparator.comparingInt(Popular::count));
    List<Double> means = new ArrayList<>();
    for (int d = 0; d < DECILES; d++) {
      int from = tokens.size() * d / DECILES;
      int to = tokens.size() * (d + 1) / DECILES;
      means.add(tokens.subList(from, to).stream().mapToInt(Popular::size).average().orElse(0));
    }
    return List.copyOf(means);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
