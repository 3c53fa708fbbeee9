package org.espalier.service.propagation;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.espalier.embeddings.fit.Fit;
import org.espalier.embeddings.fit.FitReport;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.StepListener;
import org.espalier.embeddings.table.VectorSource;
import org.espalier.kgat.model.RankingVectors;
import org.espalier.service.platform.MfGeneration;

/**
 * The items' vectors as they are served.
 *
 * @param report how they were shortened; empty when they are whole
 */
record FittedItems(MultiSizeTable table, Optional<FitReport> report) {

  /** The manifest's parameter with the price by which items that come later get their sizes. */
  static final String PRICE = "fit_price";

  /**
   * Shortens the items' vectors to the users' where the plan says so.
   *
   * @param tokens of the items
   */
  static FittedItems of(PropagationPlan plan, int[] tokens, RankingVectors vectors) {
    int dim = vectors.dim();
    PropagationPlan.ItemFit fit = plan.fit();
    if (fit == null) {
      return new FittedItems(
          MultiSizeTable.uniform(
              MfGeneration.ITEMS, Field.ENTITY.name(), dim, tokens, vectors.items()),
          Optional.empty());
    }
    Fit.Fitted fitted =
        Fit.fit(
            MfGeneration.ITEMS,
            Field.ENTITY.name(),
            tokens,
            VectorSource.of("item vectors", dim, vectors.items()),
            VectorSource.of("user vectors", dim, vectors.users()),
            fit.spec(dim),
            StepListener.NONE);
    return new FittedItems(fitted.table(), Optional.of(fitted.report()));
  }

  /** (tokens, dim): what the rows of tokens stand for in the model's space. */
  float[] vectors(int[] tokens) {
    int dim = table.shape().dim();
    float[] vectors = new float[Math.multiplyExact(tokens.length, dim)];
    for (int r = 0; r < tokens.length; r++) {
      table.copyVector(tokens[r], vectors, r * dim);
    }
    return vectors;
  }

  /** What the manifest says of the fit, beside the table's sizes. */
  Map<String, Object> parameters() {
    Map<String, Object> parameters = new TreeMap<>();
    report.ifPresent(fit -> {
      parameters.put("fit_keep", fit.keepAsked());
      parameters.put("fit_keep_stored", fit.keepGot());
      parameters.put("fit_bytes", fit.bytes());
      parameters.put("fit_full_bytes", fit.fullBytes());
      parameters.put(PRICE, fit.price());
    });
    return parameters;
  }
}
