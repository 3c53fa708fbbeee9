package org.espalier.service.platform;

/** What a generation of propagated vectors holds beside the tables that {@link MfGeneration} names. */
public final class GraphGeneration {

  /** The artefact with the propagator; models that do not refresh have none. */
  public static final String PROPAGATOR = "propagator";

  private GraphGeneration() {}
}
