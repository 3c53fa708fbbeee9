package org.espalier.search.job;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.ItemSets;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.mf.MfModel;
import org.espalier.learning.mf.MfSpec;
import org.espalier.learning.mf.MfTrainer;
import org.espalier.learning.train.TrainingListener;
import org.espalier.search.retrieval.Prepared;
import org.espalier.search.retrieval.PruneSpec;
import org.espalier.search.retrieval.Pruned;
import org.espalier.search.retrieval.RetrievalPruner;
import org.espalier.search.size.Method;
import org.espalier.search.size.StreamSaliency;

/**
 * What a warm start of a search brings: sizes for users who count by the stream's decayed sums, beside sizes for users
 * who all count alike. A log is cut by time as a search cuts it. Tables that were pruned cold serve while the events
 * before the slices go by; then both searches prune the same full-size model, and the latest slice measures. The stream
 * ends where the slices begin, so that nobody's later activity is known.
 */
public final class WarmStartExperiment {

  private static final double HELD_OUT = 0.1;

  private WarmStartExperiment() {}

  /**
   * What was found at one budget with one seed; NDCG@20.
   *
   * @param users with something new in the latest slice
   * @param coldChoosing and {@code warmChoosing}: on the slice that chooses
   * @param cold and {@code warm}: on the latest slice
   */
  public record Found(
      double keep,
      long seed,
      int users,
      double coldChoosing,
      double warmChoosing,
      double cold,
      double warm) {}

  /**
   * Compares.
   *
   * @param all with times
   * @param mf of the full-size model, with the seed
   * @param halfLifeEvents events after which an event counts half
   * @return one a budget, in their order
   * @throws SearchException when the log is too short
   * @throws java.util.concurrent.CancellationException when it was cancelled
   */
  public static List<Found> run(
      Interactions all,
      MfSpec mf,
      List<Double> keeps,
      double halfLifeEvents,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    SearchSplit split = SearchSplit.of(all, HELD_OUT);
    for (double keep : keeps) {
      PruneSpec spec = PruneSpec.of(Method.PME, keep, mf.seed());
      RetrievalPruner.requireRoom(spec, all.userCount(), all.itemCount(), mf.dim());
    }
    MfModel full =
        MfTrainer.train(split.train(), Optional.of(split.valid()), mf, listener, cancelled).model();
    ItemSets seen = ItemSets.of(split.train());
    int[] users = IntStream.range(0, all.userCount()).toArray();
    List<Found> found = new ArrayList<>();
    try (Workers workers = new Workers(mf.threads())) {
      Search search = new Search(full, seen, split.choosing(), mf.seed(), workers, cancelled);
      RetrievalPruner cold = search.with(alike(users.length));
      for (double keep : keeps) {
        PruneSpec spec = PruneSpec.of(Method.PME, keep, mf.seed());
        Pruned serving = cold.prune(spec);
        StreamSaliency stream = stream(split.train(), serving, halfLifeEvents);
        Pruned warm = search.with(stream.userWeights(users)).prune(spec);
        found.add(
            new Found(
                keep,
                mf.seed(),
                split.measuring().userCount(),
                serving.validation(),
                warm.validation(),
                ndcg(split.measuring(), serving.model(), workers),
                ndcg(split.measuring(), warm.model(), workers)));
      }
    }
    return List.copyOf(found);
  }

  /** What both searches have in common. */
  private record Search(
      MfModel full,
      ItemSets seen,
      RetrievalEvaluator choosing,
      long seed,
      Workers workers,
      BooleanSupplier cancelled) {

    RetrievalPruner with(float[] userWeights) {
      return new RetrievalPruner(
          Prepared.of(full, seen, userWeights, seed, workers, cancelled),
          seen,
          Optional.of(choosing),
          workers,
          cancelled);
    }
  }

  private static float[] alike(int users) {
    float[] ones = new float[users];
    Arrays.fill(ones, 1f);
    return ones;
  }

  private static double ndcg(RetrievalEvaluator slice, MfModel model, Workers workers) {
    return slice
        .evaluate(model.dim(), model.userVectors(), model.itemVectors(), workers)
        .mean(RetrievalMetric.NDCG_20);
  }

  /** The sums after the log's events have gone by in the order of their times. */
  private static StreamSaliency stream(Interactions log, Pruned serving, double halfLifeEvents) {
    StreamSaliency stream =
        new StreamSaliency(
            serving.space(),
            halfLifeEvents,
            Math.max(log.userCount(), log.itemCount()),
            rows(serving, serving.model().userVectors(), 0),
            rows(serving, serving.model().itemVectors(), log.userCount()));
    int[] userOf = new int[log.size()];
    for (int user = 0; user < log.userCount(); user++) {
      Arrays.fill(userOf, log.begin(user), log.end(user), user);
    }
    IntStream.range(0, log.size())
        .boxed()
        .sorted(Comparator.comparingLong(log::timeMs))
        .forEach(at -> stream.add(userOf[at], log.item(at)));
    return stream;
  }

  private static StreamSaliency.Rows rows(Pruned serving, float[] vectors, int firstToken) {
    return (token, target) -> {
      int size = serving.support().size(firstToken + token);
      System.arraycopy(vectors, token * serving.model().dim(), target, 0, size);
      return size;
    };
  }
}
