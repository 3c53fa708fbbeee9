package org.espalier.search.model;

/** How a row of size d reaches the D coordinates that the model sees (the design's section 5). */
public enum Projecting {
  /** The row is the first d coordinates of one shared space; nothing more is stored. */
  NESTED,
  /** A learned (d, D) matrix for every size under D, shared by the fields and counted. */
  PROJECTED,
  /** The row is any d coordinates, whose numbers are stored beside it: unstructured pruning. */
  MASKED
}
