package org.espalier.service.platform;

import java.util.Optional;

/** Whoever needs generations beside the active one. */
public interface GenerationUse {

  /**
   * What needs a generation, as {@code "experiment blue"}; empty when nothing here does.
   *
   * @param generation its number
   */
  Optional<String> of(int generation);

  /** Does something while the answers of {@link #of} stay as they are. */
  void hold(Runnable action);
}
