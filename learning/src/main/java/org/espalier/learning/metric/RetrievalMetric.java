package org.espalier.learning.metric;

/** The retrieval metrics that every model is reported by. */
public enum RetrievalMetric {
  RECALL_10("recall@10"),
  RECALL_20("recall@20"),
  NDCG_10("ndcg@10"),
  NDCG_20("ndcg@20"),
  HIT_20("hit@20");

  private final String label;

  RetrievalMetric(String label) {
    this.label = label;
  }

  /** As in reports: {@code ndcg@20}. */
  public String label() {
    return label;
  }
}
