package org.espalier.kgat.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.CkgBuilder;
import org.espalier.learning.kernel.Workers;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AttentionTest {

  private static float[] weights(Ckg graph, TransR transR, float[] nodes, int threads) {
    float[] weights = new float[graph.edgeCount()];
    try (Workers workers = new Workers(threads)) {
      new Attention(graph).compute(transR, nodes, workers, weights);
    }
    return weights;
  }

  @Test
  void one_dimension_is_worked_out_by_hand() {
    // One user (node 0) with two items (nodes 1, 2); all in one dimension.
    Ckg graph = new CkgBuilder(1, 2).interaction(0, 0, 1).interaction(0, 1, 3).build();
    TransR transR = new TransR(1, 1, 1, new float[] {0.5f}, new float[] {2});
    float[] nodes = {0.25f, 1, -1};

    float[] weights = weights(graph, transR, nodes, 1);

    // tanh(0.25 · 2 + 0.5) = 0.7616; scores 2 · 0.7616 and −2 · 0.7616; weights 1 and 3.
    double first = Math.exp(1.523188);
    double second = 3 * Math.exp(-1.523188);
    assertThat((double) weights[0]).isCloseTo(first / (first + second), within(1e-5));
    assertThat((double) weights[1]).isCloseTo(second / (first + second), within(1e-5));
    assertThat(weights[2]).isEqualTo(1f); // an item's only user has all its attention
    assertThat(weights[3]).isEqualTo(1f);
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void blocks_of_segments_give_what_the_definition_gives_edge_by_edge(long seed) {
    Ckg graph = TinyGraphs.random(seed);
    SplittableRandom random = new SplittableRandom(seed);
    int dim = 7;
    int size = 5;
    TransR transR = TransR.random(graph.relationCount(), dim, size, random);
    float[] nodes = TinyGraphs.values(graph.nodeCount() * dim, 1, random);

    float[] weights = weights(graph, transR, nodes, 2);

    for (int head = 0; head < graph.nodeCount(); head++) {
      double sum = 0;
      for (int e = graph.begin(head); e < graph.end(head); e++) {
        sum += graph.weight(e) * Math.exp(score(graph, transR, nodes, head, e));
      }
      for (int e = graph.begin(head); e < graph.end(head); e++) {
        double expected = graph.weight(e) * Math.exp(score(graph, transR, nodes, head, e)) / sum;
        assertThat((double) weights[e]).isCloseTo(expected, within(1e-5));
      }
    }
  }

  private static double score(Ckg graph, TransR transR, float[] nodes, int head, int edge) {
    int relations = graph.relationCount();
    int relation = graph.relation(edge) % relations;
    double sign = graph.relation(edge) < relations ? 1 : -1;
    double score = 0;
    for (int k = 0; k < transR.size(); k++) {
      double ofHead = sign * transR.vectors()[relation * transR.size() + k];
      double ofTail = 0;
      for (int d = 0; d < transR.dim(); d++) {
        float w = transR.projections()[(relation * transR.dim() + d) * transR.size() + k];
        ofHead += nodes[head * transR.dim() + d] * w;
        ofTail += nodes[graph.tail(edge) * transR.dim() + d] * w;
      }
      score += ofTail * Math.tanh(ofHead);
    }
    return score;
  }
}
