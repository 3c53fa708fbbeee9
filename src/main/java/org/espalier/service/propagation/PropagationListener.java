package org.espalier.service.propagation;

/** Is told how far the making of a generation is, in its thread. */
public interface PropagationListener {

  void phase(PropagationPhase phase);

  /**
   * Says how far the phase is.
   *
   * @param share in [0, 1]
   * @param note a few words, or empty
   */
  void progress(double share, String note);
}
