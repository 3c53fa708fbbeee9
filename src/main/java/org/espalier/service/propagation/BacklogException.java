package org.espalier.service.propagation;

/** More changed than may wait, so that what changed is no longer known one by one. */
final class BacklogException extends RuntimeException {

  private static final long serialVersionUID = 1;

  BacklogException(int max) {
    super(
        "more than %,d changes of triples and items wait (espalier.refresh.queue-max)"
            .formatted(max));
  }
}
