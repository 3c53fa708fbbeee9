package org.espalier.search.job;

/** How a search ended. */
public sealed interface SearchResult {

  /** There is a candidate generation; it is not active. */
  record Done(int generation, SearchReport report) implements SearchResult {}

  /** Somebody asked for an end; nothing is left of the search. */
  record Cancelled() implements SearchResult {}
}
