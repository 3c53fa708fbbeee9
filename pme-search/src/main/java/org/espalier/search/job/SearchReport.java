package org.espalier.search.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import org.espalier.search.retrieval.SizeSummary;

/**
 * What a search found and what it cost.
 *
 * @param method how sizes were found
 * @param loss of the full-size model
 * @param teacher the model that the candidate's rows learned from
 * @param lastSequence of the log that it searched
 * @param space coordinates that rows share
 * @param stored numbers of the candidate's tables
 * @param budget what they may be
 * @param embeddingBytes of them, with their index
 * @param fullBytes of the full-size tables
 * @param test metrics on the latest slice, by model and metric: {@code searched}, {@code full}, {@code uniform} of the
 *     same budget where it has room, {@code popularity}; all trained without that slice
 * @param curve quality by budget, on the slice before it
 * @param sizes of the candidate's tokens
 * @param phaseSeconds by phase, of the run that did it
 */
public record SearchReport(
    String method,
    double keep,
    String loss,
    int dim,
    long seed,
    Teacher teacher,
    long lastSequence,
    int users,
    int items,
    int interactions,
    int space,
    long stored,
    long budget,
    long embeddingBytes,
    long fullBytes,
    Map<String, Map<String, Double>> test,
    List<CurvePoint> curve,
    SizeSummary sizes,
    Map<SearchPhase, Double> phaseSeconds) {

  /**
   * The teacher of the candidate; the models of {@link #test} have the full-size model of the split.
   *
   * @param generation the active generation that it was; empty when the search trained it
   * @param seconds that its training took, or reading it
   */
  public record Teacher(OptionalInt generation, double seconds) {

    /** {@code trained} or {@code active}. */
    public String kind() {
      return generation.isPresent() ? "active" : "trained";
    }

    private Map<String, Object> fields() {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("kind", kind());
      generation.ifPresent(number -> fields.put("generation", number));
      fields.put("seconds", seconds);
      return fields;
    }
  }

  /**
   * One point of the quality–memory curve.
   *
   * @param numbers that both tables store
   * @param bytes of them, with their index
   * @param validation NDCG@20 on the slice that chooses
   */
  public record CurvePoint(
      String method, double keep, long numbers, long bytes, double validation) {}

  /** The metric that decides. */
  public static final String METRIC = "ndcg@20";

  /** The model whose sizes were searched, among those of {@link #test}. */
  public static final String SEARCHED = "searched";

  /** The full-size model, among those of {@link #test}. */
  public static final String FULL = "full";

  /** How much of {@link #METRIC} the full size is ahead by, on the latest slice; below 0 when it is behind. */
  public double drop() {
    return metric(FULL) - metric(SEARCHED);
  }

  /** {@link #METRIC} of a model of {@link #test}; NaN when it is not there. */
  public double metric(String model) {
    return test.getOrDefault(model, Map.of()).getOrDefault(METRIC, Double.NaN);
  }

  /** The metrics as a manifest holds them: those of the searched model, and of others with their name in front. */
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    test.forEach((model, ofModel) ->
        ofModel.forEach((metric, value) ->
            metrics.put(model.equals(SEARCHED) ? metric : model + " " + metric, value)));
    return metrics;
  }

  /** The report under the names of the command line's JSON. */
  public SequencedMap<String, Object> fields() {
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    fields.put("method", method);
    fields.put("keep", keep);
    fields.put("model", "mf");
    fields.put("loss", loss);
    fields.put("dim", dim);
    fields.put("seed", seed);
    fields.put("teacher", teacher.fields());
    fields.put("last_sequence", lastSequence);
    fields.put("users", users);
    fields.put("items", items);
    fields.put("interactions", interactions);
    fields.put("space", space);
    fields.put("parameters", stored);
    fields.put("budget", budget);
    fields.put("embedding_bytes", embeddingBytes);
    fields.put("full_bytes", fullBytes);
    fields.put("drop", drop());
    fields.put("test", test);
    fields.put("curve", curveFields());
    fields.put("user_sizes", sizes.users());
    fields.put("item_sizes", sizes.items());
    fields.put("user_decile_sizes", sizes.userDeciles());
    fields.put("item_decile_sizes", sizes.itemDeciles());
    Map<String, Double> seconds = new LinkedHashMap<>();
    phaseSeconds.forEach((phase, took) -> seconds.put(phase.name().toLowerCase(Locale.ROOT), took));
    fields.put("phase_seconds", seconds);
    return fields;
  }

  private List<Map<String, Object>> curveFields() {
    List<Map<String, Object>> points = new ArrayList<>();
    for (CurvePoint point : curve) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("method", point.method());
      fields.put("keep", point.keep());
      fields.put("parameters", point.numbers());
      fields.put("embedding_bytes", point.bytes());
      fields.put("valid_ndcg@20", point.validation());
      points.add(fields);
    }
    return points;
  }
}
