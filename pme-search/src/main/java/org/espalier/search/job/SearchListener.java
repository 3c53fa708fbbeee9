package org.espalier.search.job;

/** Is told how a search goes, in its thread: it must be quick and must not throw. */
@FunctionalInterface
public interface SearchListener {

  /** Called in the order in which things happen. */
  void on(SearchEvent event);
}
