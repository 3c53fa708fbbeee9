package org.espalier.kgat.graph;

/** One node's row with changes put into it: what is left of the old row and what is new, in order. Reused. */
final class RowEdit {

  private final Row old = new Row();
  private final EdgeBuffer result;
  private double changedWeight;

  /**
   * @param valued whether edges have values
   */
  RowEdit(boolean valued) {
    result = new EdgeBuffer(64, valued);
  }

  /** The row to change, to be pointed at a node's edges before {@link #apply}. */
  Row old() {
    return old;
  }

  /**
   * Puts changes {@code from} to {@code to}, all of this row, into it.
   *
   * @return whether any weight is another now; only then is there a {@link #result}
   */
  boolean apply(DirectedChanges changes, int from, int to) {
    result.clear();
    changedWeight = 0;
    boolean changed = false;
    int copied = old.begin();
    for (int i = from; i < to; ) {
      int place = old.place(copied, changes.relation(i), changes.tail(i));
      boolean exists = place >= 0;
      int at = exists ? place : -1 - place;
      float weightBefore = exists ? old.weight(at) : 0;
      float weight = weightBefore;
      int edge = i;
      for (; i < to && changes.sameEdge(i, edge); i++) {
        weight = changes.after(i, weight);
      }
      if (weight != weightBefore) {
        changed = true;
        changedWeight += Math.abs((double) weight - weightBefore);
        result.append(old, copied, at);
        if (weight > 0) {
          result.append(changes.relation(edge), changes.tail(edge), weight);
        }
        copied = exists ? at + 1 : at;
      }
    }
    if (changed) {
      result.append(old, copied, old.end());
    }
    return changed;
  }

  /** The row after the changes. */
  EdgeBuffer result() {
    return result;
  }

  /** The sum over the edges of {@code |weight after − weight before|}. */
  float changedWeight() {
    return (float) changedWeight;
  }
}
