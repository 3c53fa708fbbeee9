package org.espalier.kgat.model;

/**
 * How a layer joins a node with its neighbourhood (Wang et al., KDD 2019, equations 6 to 8). A layer
 * is a sum of branches, {@code Σ_b LeakyReLU(f_b(e_h, e_N)·W_b + bias_b)}; an aggregator says what the
 * {@code f_b} are. {@link #LINEAR} has no branch: its layer is the neighbourhood itself (LightGCN, He
 * et al., SIGIR 2020).
 *
 * <p>Shapes: self and neighbourhood (rows, dim), a branch's input (rows, {@link #inputSize}).
 */
public enum Aggregator {
  /** {@code LeakyReLU((e_h + e_N)·W₁) + LeakyReLU((e_h ⊙ e_N)·W₂)}. */
  BI_INTERACTION(2) {
    @Override
    void combine(int branch, float[] self, float[] around, int at, int rows, int dim, float[] out) {
      if (branch == 0) {
        for (int i = 0; i < rows * dim; i++) {
          out[i] = self[i] + around[at + i];
        }
      } else {
        for (int i = 0; i < rows * dim; i++) {
          out[i] = self[i] * around[at + i];
        }
      }
    }

    @Override
    void combineBackward(
        int branch,
        float[] out,
        float[] self,
        float[] around,
        int at,
        int rows,
        int dim,
        float[] dSelf,
        float[] dAround) {
      if (branch == 0) {
        for (int i = 0; i < rows * dim; i++) {
          dSelf[i] += out[i];
          dAround[at + i] += out[i];
        }
      } else {
        for (int i = 0; i < rows * dim; i++) {
          dSelf[i] += out[i] * around[at + i];
          dAround[at + i] += out[i] * self[i];
        }
      }
    }
  },

  /** {@code LeakyReLU((e_h + e_N)·W)}. */
  GCN(1) {
    @Override
    void combine(int branch, float[] self, float[] around, int at, int rows, int dim, float[] out) {
      BI_INTERACTION.combine(0, self, around, at, rows, dim, out);
    }

    @Override
    void combineBackward(
        int branch,
        float[] out,
        float[] self,
        float[] around,
        int at,
        int rows,
        int dim,
        float[] dSelf,
        float[] dAround) {
      BI_INTERACTION.combineBackward(0, out, self, around, at, rows, dim, dSelf, dAround);
    }
  },

  /** {@code LeakyReLU((e_h ‖ e_N)·W)}. */
  GRAPH_SAGE(1) {
    @Override
    int inputSize(int dim) {
      return 2 * dim;
    }

    @Override
    void combine(int branch, float[] self, float[] around, int at, int rows, int dim, float[] out) {
      for (int r = 0; r < rows; r++) {
        System.arraycopy(self, r * dim, out, 2 * r * dim, dim);
        System.arraycopy(around, at + r * dim, out, (2 * r + 1) * dim, dim);
      }
    }

    @Override
    void combineBackward(
        int branch,
        float[] out,
        float[] self,
        float[] around,
        int at,
        int rows,
        int dim,
        float[] dSelf,
        float[] dAround) {
      for (int r = 0; r < rows; r++) {
        for (int d = 0; d < dim; d++) {
          dSelf[r * dim + d] += out[2 * r * dim + d];
          dAround[at + r * dim + d] += out[(2 * r + 1) * dim + d];
        }
      }
    }
  },

  /** {@code e_N}, without weights. */
  LINEAR(0) {
    @Override
    void combine(int branch, float[] self, float[] around, int at, int rows, int dim, float[] out) {
      throw new AssertionError("no branch " + branch);
    }

    @Override
    void combineBackward(
        int branch,
        float[] out,
        float[] self,
        float[] around,
        int at,
        int rows,
        int dim,
        float[] dSelf,
        float[] dAround) {
      throw new AssertionError("no branch " + branch);
    }
  };

  private final int branches;

  Aggregator(int branches) {
    this.branches = branches;
  }

  /** The number of weight matrices of a layer. */
  int branches() {
    return branches;
  }

  /** Whether a layer's row depends on the node's own row below, not on its neighbours' alone. */
  public boolean usesSelf() {
    return branches > 0;
  }

  /** The length of a branch's input row when nodes have {@code dim} values. */
  int inputSize(int dim) {
    return dim;
  }

  /**
   * Forward: {@code out = f_branch(self, around)} for a block of rows.
   *
   * @param around the neighbourhoods, from {@code at}
   */
  abstract void combine(
      int branch, float[] self, float[] around, int at, int rows, int dim, float[] out);

  /**
   * Backward: adds the gradients of self and neighbourhood, given that of the branch's input.
   *
   * @param out the gradient with respect to what {@link #combine} gave
   * @param dAround from {@code at}, like {@code around}
   */
  abstract void combineBackward(
      int branch,
      float[] out,
      float[] self,
      float[] around,
      int at,
      int rows,
      int dim,
      float[] dSelf,
      float[] dAround);
}
