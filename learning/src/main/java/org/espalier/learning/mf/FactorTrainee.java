package org.espalier.learning.mf;

import org.espalier.learning.train.Trainee;

/** What the losses have in common: all but the epoch itself. */
abstract sealed class FactorTrainee implements Trainee
    permits BprTrainee, SoftmaxTrainee, AlsTrainee {

  final Factors factors;

  FactorTrainee(Factors factors) {
    this.factors = factors;
  }

  @Override
  public final double validate() {
    return factors.validate();
  }

  @Override
  public final void keep() {
    factors.keep();
  }

  @Override
  public final void restore() {
    factors.restore();
  }
}
