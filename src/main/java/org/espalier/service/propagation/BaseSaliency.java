package org.espalier.service.propagation;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.espalier.kgat.model.BaseSizes;
import org.espalier.kgat.train.BaseSizeSearch;
import org.espalier.search.model.Projecting;
import org.espalier.search.size.Criterion;
import org.espalier.search.size.GainCurves;
import org.espalier.search.size.RowSaliency;
import org.espalier.search.size.SizeAllocator;

/**
 * PME's sizes for the base rows of a propagator: first-order saliency {@code Σ |g · e|} of every number over the batches of
 * one pass, and the sizes that keep most of it. A node may keep its best numbers, wherever they are, because the model of
 * those sizes is trained from scratch: what a number was worth says how many a node needs, not which.
 *
 * @param keep the share of the full rows' numbers that may be stored, in (0, 1]; nothing but rows is stored
 */
public record BaseSaliency(double keep) implements BaseSizeSearch.Rule {

  public BaseSaliency {
    if (!(keep > 0 && keep <= 1)) {
      throw new IllegalArgumentException("keep=%s is not in (0, 1]".formatted(keep));
    }
  }

  @Override
  public BaseSizes sizes(BaseSizeSearch.WarmModel model) {
    int dim = model.dim();
    int nodes = model.graph().nodeCount();
    RowSaliency saliency = new RowSaliency(nodes, dim, Criterion.TAYLOR);
    model.showGradients(saliency::add);
    int[] largest = new int[nodes];
    Arrays.fill(largest, dim);
    int[] sizes =
        new SizeAllocator(
                GainCurves.ofBest(saliency.saliency(), dim),
                Projecting.NESTED,
                new int[nodes],
                largest)
            .allocate(
                IntStream.rangeClosed(0, dim).toArray(), (long) Math.floor(keep * nodes * dim))
            .sizes();
    return new BaseSizes(dim, sizes);
  }
}
