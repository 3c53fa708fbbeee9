package org.espalier.learning.mf;

/** The losses by name. */
public enum MfLoss {
  BPR,
  SOFTMAX,
  ALS
}
