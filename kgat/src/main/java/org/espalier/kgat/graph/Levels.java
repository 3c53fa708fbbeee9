package org.espalier.kgat.graph;

/**
 * Where a live graph's rows are looked for, from the last to the first. Swapped as one, so that a thread
 * which reads while a merge ends sees either state.
 *
 * @param below never changes
 * @param frozen never changes; a merge is to put it into {@code below}
 * @param active changes under the graph's lock
 */
record Levels(ValuedCkg below, RowPool frozen, RowPool active) {

  /** A graph without changes. */
  static Levels of(ValuedCkg below, boolean valued) {
    return new Levels(below, new RowPool(valued), new RowPool(valued));
  }

  /** Points a row at a node's edges. */
  void row(int node, Row row) {
    if (!active.row(node, row) && !frozen.row(node, row)) {
      below.graph().row(node, below.values(), row);
    }
  }

  /** The same where what was active no longer changes, unless an older pool is still to be merged. */
  Levels withActiveFrozen(boolean valued) {
    return frozen.isEmpty() ? new Levels(below, active, new RowPool(valued)) : this;
  }

  /** The same with the frozen pool merged into what is below. */
  Levels withMerged(ValuedCkg merged, boolean valued) {
    return new Levels(merged, new RowPool(valued), active);
  }

  /** The same with other room below. */
  Levels withRoom(Ckg larger) {
    return new Levels(new ValuedCkg(larger, below.values()), frozen, active);
  }
}
