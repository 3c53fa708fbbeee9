package org.espalier.learning.mf;

/** What a factorisation minimises, with the parameters that only this loss has. */
public sealed interface MfObjective {

  /**
   * The weights with which {@link FoldIn} places a user among the items of a model of this loss: an
   * ALS model's own, and for the others those that did best on the validation slice of MovieLens 100K.
   * NDCG@20 there of folded and of trained users: ALS .286 of .286, BPR .261 of .281, softmax .269 of
   * .293.
   */
  default Als foldIn() {
    return switch (this) {
      case Als als -> als;
      case Bpr _ -> new Als(1, 1, 0.75);
      case Softmax _ -> new Als(0.01, 5, 0.75);
    };
  }

  /**
   * Bayesian personalised ranking (Rendle et al., UAI 2009) by plain stochastic gradient descent, one
   * (user, seen item, unseen item) after the other.
   *
   * @param learningRate of the first epoch; it falls linearly and would be 0 after {@code epochsMax}
   * @param regularization weight of {@code ½|x|²} of the three vectors of a step
   * @param contenders how many unseen items are drawn, of which the one with the highest score is
   *     used (dynamic negative sampling, Zhang et al., SIGIR 2013); 1 is the paper's uniform choice
   */
  record Bpr(double learningRate, double regularization, int contenders) implements MfObjective {

    public Bpr {
      requirePositive("learningRate", learningRate);
      requireNotNegative("regularization", regularization);
      requirePositive("contenders", contenders);
    }
  }

  /**
   * Cross-entropy of a user's items against the softmax over all items, by Adam on batches of users.
   *
   * @param learningRate of Adam
   * @param regularization weight of {@code ½|x|²} of a vector, once an epoch, for each pair that a user
   *     or an item has on average, so that a setting suits logs of any density
   * @param batchUsers users a step
   * @param sampledItems how many items stand for all in the softmax of one batch, beside the batch's
   *     own; 0 means all
   */
  record Softmax(double learningRate, double regularization, int batchUsers, int sampledItems)
      implements MfObjective {

    public Softmax {
      requirePositive("learningRate", learningRate);
      requireNotNegative("regularization", regularization);
      requirePositive("batchUsers", batchUsers);
      requireNotNegative("sampledItems", sampledItems);
    }
  }

  /**
   * Implicit alternating least squares with frequency-scaled regularisation (Rendle et al., "Revisiting
   * the performance of iALS", RecSys 2022): observed pairs are drawn to 1 with weight 1, all pairs to
   * 0 with weight α₀, and a row with n pairs is regularised by {@code reg * (n + α₀ * rows of the
   * other side)^ν}.
   *
   * @param unobservedWeight α₀
   * @param regularization reg
   * @param exponent ν
   */
  record Als(double unobservedWeight, double regularization, double exponent)
      implements MfObjective {

    public Als {
      requirePositive("unobservedWeight", unobservedWeight);
      requirePositive("regularization", regularization);
      requireNotNegative("exponent", exponent);
    }

    /** The regularisation of a row. */
    double regularization(double pairs, int otherRows) {
      return regularization * Math.pow(pairs + unobservedWeight * otherRows, exponent);
    }
  }

  private static void requirePositive(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + "=" + value + " must be above 0");
    }
  }

  private static void requireNotNegative(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + "=" + value + " must be 0 or above");
    }
  }
}
