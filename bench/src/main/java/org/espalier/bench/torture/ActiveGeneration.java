package org.espalier.bench.torture;

import java.util.Set;
import java.util.TreeSet;

/** Which generation may answer at this moment. Safe for use by several threads. */
final class ActiveGeneration {

  private final Set<Integer> possible = new TreeSet<>(); // guarded by this

  /** Copies what may answer now. */
  synchronized Set<Integer> possible() {
    return new TreeSet<>(possible);
  }

  /** An activation is on its way. */
  synchronized void mayBecome(int generation) {
    possible.add(generation);
  }

  /** It was acknowledged, or seen. */
  synchronized void is(int generation) {
    possible.clear();
    possible.add(generation);
  }

  /** It was refused. */
  synchronized void isNot(int generation) {
    possible.remove(generation);
  }
}
