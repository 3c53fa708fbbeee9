package org.espalier.kgat.train;

/** How Adam's step changes from epoch to epoch. */
public enum RateSchedule {

  /** It stays; early stopping ends the training. */
  CONSTANT,

  /** It falls linearly and would be 0 after the last epoch, so few epochs settle from a large first step. */
  FALLING;

  /**
   * The share of the first step that an epoch has, in (0, 1].
   *
   * @param epoch counted from 1
   */
  double share(int epoch, int epochsMax) {
    return switch (this) {
      case CONSTANT -> 1;
      case FALLING -> 1 - (epoch - 1.0) / epochsMax;
    };
  }
}
