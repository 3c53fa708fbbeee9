package org.espalier.kgat.model;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.Arrays;
import org.espalier.kgat.graph.Ckg;
import org.espalier.kgat.graph.Segments;
import org.espalier.kgat.kernel.GraphKernel;
import org.espalier.kgat.kernel.GraphKernels;
import org.espalier.learning.kernel.TrainingKernel;
import org.espalier.learning.kernel.TrainingKernels;
import org.espalier.learning.kernel.Workers;

/**
 * The weight of every edge in its head's neighbourhood.
 *
 * <p>Knowledge-aware attention (Wang et al., KDD 2019, equations 4 and 5): {@code π(h, r, t) =
 * (e_t·W_r)·tanh(e_h·W_r + e_r)}, then a softmax over the head's edges, in which an edge counts as
 * often as its weight says.
 *
 * <p>{@code tanh(…)} depends on head and relation alone, and {@code (e_t·W_r)·q = e_t·(W_r·q)}: so
 * both products are done once a segment, as matrix products over blocks of segments, and an edge
 * costs one inner product of {@code dim} values.
 */
public final class Attention {

  private static final int BLOCK = 64; // segments at a time: their rows and the matrix stay in L2
  private static final int NODES = 512; // heads at a time in the softmax

  private final Ckg graph;
  private final Segments segments;
  private final int[] blockBegins; // blocks of segments of one relation
  private final int[] blockRelations;
  private final GraphKernel kernel = GraphKernels.best();
  private final TrainingKernel dense = TrainingKernels.best();

  /** Prepares the order in which the graph's edges are visited. */
  public Attention(Ckg graph) {
    this.graph = graph;
    this.segments = Segments.of(graph);
    IntArrayList begins = new IntArrayList();
    IntArrayList relations = new IntArrayList();
    for (int r = 0; r < 2 * graph.relationCount(); r++) {
      for (int s = segments.begin(r); s < segments.end(r); s += BLOCK) {
        begins.add(s);
        relations.add(r);
      }
    }
    blockBegins = begins.toIntArray();
    blockRelations = relations.toIntArray();
  }

  /**
   * Computes all weights.
   *
   * @param nodes (nodeCount, dim)
   * @param weights receives a weight an edge; those of a head add up to 1
   */
  public void compute(TransR transR, float[] nodes, Workers workers, float[] weights) {
    compute(transR, nodes, workers, weights, TrainingPass.NOTHING);
  }

  /**
   * The same, and what the weights were divided by, so that an edge which comes later can be weighed
   * like the others.
   *
   * @param logSums receives a node's logarithm of {@code Σ weight·e^π}, −∞ without edges; nothing when
   *     it is empty
   */
  public void compute(
      TransR transR, float[] nodes, Workers workers, float[] weights, float[] logSums) {
    float[] transposed = transR.transposedProjections();
    Scratch[] scratch = new Scratch[workers.count()];
    Arrays.setAll(scratch, _ -> new Scratch(transR));
    workers.forBlocks(
        blockBegins.length,
        4,
        (from, to, worker) -> {
          for (int block = from; block < to; block++) {
            scoreBlock(block, transR, transposed, nodes, scratch[worker], weights);
          }
        });
    softmax(workers, weights, logSums);
  }

  private static final class Scratch {
    final float[] heads;
    final float[] projected;
    final float[] queries;

    Scratch(TransR transR) {
      heads = new float[BLOCK * transR.dim()];
      projected = new float[BLOCK * transR.size()];
      queries = new float[BLOCK * transR.dim()];
    }
  }

  private void scoreBlock(
      int block,
      TransR transR,
      float[] transposed,
      float[] nodes,
      Scratch scratch,
      float[] scores) {
    int dim = transR.dim();
    int size = transR.size();
    int directed = blockRelations[block];
    boolean inverse = directed >= graph.relationCount();
    int relation = inverse ? directed - graph.relationCount() : directed;
    int begin = blockBegins[block];
    int count = Math.min(BLOCK, segments.end(directed) - begin);

    for (int s = 0; s < count; s++) {
      System.arraycopy(nodes, segments.head(begin + s) * dim, scratch.heads, s * dim, dim);
      for (int i = 0; i < size; i++) {
        float translation = transR.vectors()[relation * size + i];
        scratch.projected[s * size + i] = inverse ? -translation : translation;
      }
    }
    int matrixAt = transR.projectionAt(relation);
    dense.multiplyAdd(
        count,
        size,
        dim,
        scratch.heads,
        0,
        dim,
        1,
        transR.projections(),
        matrixAt,
        size,
        scratch.projected,
        0,
        size);
    kernel.tanh(scratch.projected, 0, count * size);
    Arrays.fill(scratch.queries, 0, count * dim, 0);
    dense.multiplyAdd(
        count,
        dim,
        size,
        scratch.projected,
        0,
        size,
        1,
        transposed,
        matrixAt,
        dim,
        scratch.queries,
        0,
        dim);
    for (int s = 0; s < count; s++) {
      kernel.gatherDot(
          graph.tails(),
          segments.edgeBegin(begin + s),
          segments.edgeEnd(begin + s),
          nodes,
          dim,
          scratch.queries,
          s * dim,
          scores);
    }
  }

  /** Turns scores into weights, head by head. */
  private void softmax(Workers workers, float[] scores, float[] logSums) {
    workers.forBlocks(
        graph.nodeCount(),
        NODES,
        (from, to, _) -> {
          for (int head = from; head < to; head++) {
            float logSum = softmax(scores, graph.begin(head), graph.end(head));
            if (logSums.length > 0) {
              logSums[head] = logSum;
            }
          }
        });
  }

  private float softmax(float[] scores, int from, int to) {
    float max = Float.NEGATIVE_INFINITY;
    for (int e = from; e < to; e++) {
      max = Math.max(max, scores[e]);
    }
    double sum = 0;
    for (int e = from; e < to; e++) {
      scores[e] = graph.weight(e) * (float) Math.exp(scores[e] - max);
      sum += scores[e];
    }
    float scale = (float) (1 / sum);
    for (int e = from; e < to; e++) {
      scores[e] *= scale;
    }
    return (float) (max + Math.log(sum));
  }
}
