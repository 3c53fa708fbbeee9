package org.espalier.embeddings.store;

/** One caller's change of the store. Made by the caller's thread, applied by the committer's. */
interface Mutation<R> {

  /** About how many rows it concerns, for the bounds of queue and group; at least 1. */
  int rows();

  /** Whether it scans the database, and so must not share a group with what it could not see. */
  default boolean alone() {
    return false;
  }

  /** Whether it must reach the disk even where the options leave that to the operating system. */
  default boolean alwaysSync() {
    return false;
  }

  /**
   * Stages the change. A mutation that refuses must throw before it stages anything; then only its
   * caller fails. Any other failure fails the whole group.
   */
  R apply(Staging staging);
}
