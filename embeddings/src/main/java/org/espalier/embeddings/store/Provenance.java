package org.espalier.embeddings.store;

import java.util.List;

/**
 * Where a generation comes from, so that it can be made again.
 *
 * @param seed of everything random in its training
 * @param fromSequence first sequence of the log that it was trained on, inclusive
 * @param toSequence last sequence of the log that it was trained on, inclusive; 0 for none
 * @param codeVersion version of the program that trained it
 * @param kernel the numeric kernel that it was trained with, for example {@code simd-512}
 * @param parents generations that it was made from
 */
public record Provenance(
    long seed,
    long fromSequence,
    long toSequence,
    String codeVersion,
    String kernel,
    List<Integer> parents) {

  public Provenance {
    parents = List.copyOf(parents);
  }
}
