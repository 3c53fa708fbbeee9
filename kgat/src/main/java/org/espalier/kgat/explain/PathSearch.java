package org.espalier.kgat.explain;

import java.util.List;

/** Finds the paths from a user to an item that say most of why a model likes the item. Any number of threads. */
public interface PathSearch {

  /**
   * The strongest paths, best first.
   *
   * @param user node of the user
   * @param item node of the item
   * @param limit paths at most
   */
  List<GraphPath> strongest(int user, int item, int limit);
}
