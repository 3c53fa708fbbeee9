package org.espalier.service.platform;

/** Erases users as {@code DELETE /v1/users/{id}} does. Implemented by the feature that has the erasures. */
@FunctionalInterface
public interface UserErasure {

  /**
   * Begins to erase a user, unless that has begun before, and waits a few seconds for the end.
   *
   * @param userId as callers know the user
   * @return whether a user was erased; false when nobody has the id
   * @throws org.espalier.service.wire.ProblemException when it cannot begin now, is not done yet, or has failed; it may be
   *     called again
   */
  boolean erase(String userId);
}
