package org.espalier.search.size;

/**
 * How much a stored number matters, from its gradients over some batches. Batch gradients {@code g} and
 * the number {@code w} itself enter a sum, and the sum becomes the saliency.
 */
public interface Criterion {

  /** What one batch adds to a number's sum. */
  double contribution(float gradient, float weight);

  /** The saliency of a number, at least 0, from its sum over all batches. */
  double finish(double sum);

  /**
   * Connection sensitivity {@code |w · Σ g|} (Lee et al., ICLR 2019), which PME takes at
   * initialisation.
   */
  Criterion CONNECTION =
      new Criterion() {
        @Override
        public double contribution(float gradient, float weight) {
          return (double) gradient * weight;
        }

        @Override
        public double finish(double sum) {
          return Math.abs(sum);
        }
      };

  /** First-order Taylor {@code Σ |g · w|}: batches that pull apart do not cancel. */
  Criterion TAYLOR =
      new Criterion() {
        @Override
        public double contribution(float gradient, float weight) {
          return Math.abs((double) gradient * weight);
        }

        @Override
        public double finish(double sum) {
          return sum;
        }
      };

  /** Fisher-weighted {@code Σ (g · w)²}: the second-order cost of zeroing a trained number. */
  Criterion FISHER =
      new Criterion() {
        @Override
        public double contribution(float gradient, float weight) {
          double product = (double) gradient * weight;
          return product * product;
        }

        @Override
        public double finish(double sum) {
          return sum;
        }
      };
}
