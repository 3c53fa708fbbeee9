package org.espalier.service.platform;

import org.espalier.embeddings.store.Manifest;

/** What a generation of propagated vectors holds beside the tables that {@link MfGeneration} names. */
public final class GraphGeneration {

  /** The artefact with a propagator of layers, without its users' base rows. */
  public static final String PROPAGATOR = "propagator";

  /** The table of its users' base rows by user id, so that an erased user's goes with their other rows. */
  public static final String USER_BASE = "user_base";

  /** The artefact with a propagator from histories. */
  public static final String HISTORY_PROPAGATOR = "history-propagator";

  private GraphGeneration() {}

  /** Whether a generation has a propagator, which may fill its tables in place of the rows that are stored. */
  public static boolean hasPropagator(Manifest manifest) {
    return manifest.hasArtefact(PROPAGATOR) || manifest.hasArtefact(HISTORY_PROPAGATOR);
  }
}
