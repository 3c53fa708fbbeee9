package org.espalier.search.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleConsumer;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.learning.metric.RetrievalResult;
import org.espalier.learning.mf.MfModel;
import org.espalier.search.job.SearchReport.CurvePoint;
import org.espalier.search.retrieval.PruneSpec;
import org.espalier.search.retrieval.RetrievalPruner;
import org.espalier.search.size.Method;

/** Measures what a search found on the latest slice, beside what it is judged against, and draws the curve. */
final class Measurement {

  private final SearchSpec spec;
  private final SearchSplit split;
  private final RetrievalPruner pruner;
  private final Workers workers;
  private final RetrievalEvaluator latest;

  Measurement(SearchSpec spec, SearchSplit split, RetrievalPruner pruner, Workers workers) {
    this.spec = spec;
    this.split = split;
    this.pruner = pruner;
    this.workers = workers;
    this.latest = split.measuring();
  }

  /**
   * Measures.
   *
   * @param full the full-size model
   * @param advanced is told the share that is done
   */
  Evaluation evaluate(MfModel full, Sized sized, DoubleConsumer advanced) {
    Map<String, Map<String, Double>> test = new LinkedHashMap<>();
    test.put(SearchReport.SEARCHED, metrics(sized.pruned().model()));
    test.put(SearchReport.FULL, metrics(full));
    List<CurvePoint> curve = new ArrayList<>();
    double[] keeps = spec.curve(sized.keep());
    Method[] methods = {spec.prune().method(), Method.UNIFORM};
    int done = 0;
    for (Method each : methods) {
      for (double keep : keeps) {
        advanced.accept((double) done++ / (methods.length * keeps.length));
        PruneSpec point = spec.prune().withMethod(each).withKeep(keep);
        Sized.withRoom(pruner, point) // the curve ends where there is none
            .ifPresent(tables -> {
              if (each == Method.UNIFORM && keep == sized.keep()) {
                test.put("uniform", metrics(tables.model()));
              }
              CurvePoint found =
                  new CurvePoint(
                      each.name().toLowerCase(Locale.ROOT),
                      each == Method.FULL ? 1 : keep,
                      tables.support().numbers(),
                      tables.embeddingBytes(),
                      tables.validation());
              if (!curve.contains(found)) {
                curve.add(found);
              }
            });
      }
    }
    test.put("popularity", metrics(latest.evaluatePopularity(split.train(), workers)));
    return new Evaluation(test, List.copyOf(curve));
  }

  private Map<String, Double> metrics(MfModel model) {
    return metrics(latest.evaluate(model.dim(), model.userVectors(), model.itemVectors(), workers));
  }

  private static Map<String, Double> metrics(RetrievalResult result) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (RetrievalMetric metric : RetrievalMetric.values()) {
      metrics.put(metric.label(), result.mean(metric));
    }
    return metrics;
  }
}
