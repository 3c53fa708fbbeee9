package org.espalier.service.platform;

/** What a generation of propagated vectors holds beside the tables that {@link MfGeneration} names. */
public final class GraphGeneration {

  /** The artefact with a propagator of layers. */
  public static final String PROPAGATOR = "propagator";

  /** The artefact with a propagator from histories. */
  public static final String HISTORY_PROPAGATOR = "history-propagator";

  private GraphGeneration() {}
}
