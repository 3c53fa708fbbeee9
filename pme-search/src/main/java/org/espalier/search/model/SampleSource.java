package org.espalier.search.model;

import org.espalier.search.data.CtrSamples;

/** Gives an epoch its samples: the log, or fresh pairs with a teacher's logits. */
public interface SampleSource {

  /** How many samples an epoch has. */
  int samplesPerEpoch();

  /**
   * The samples of an epoch, in any order; they are shuffled.
   *
   * @param epoch counted from 1
   */
  CtrSamples epoch(int epoch);

  /** The same samples in every epoch. */
  static SampleSource of(CtrSamples log) {
    return new SampleSource() {
      @Override
      public int samplesPerEpoch() {
        return log.count();
      }

      @Override
      public CtrSamples epoch(int epoch) {
        return log;
      }
    };
  }
}
