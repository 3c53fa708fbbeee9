package org.espalier.service.platform;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Somewhere beside the store where something of a user may be. Implemented by the features that keep such things. */
public interface UserTraces {

  /**
   * What was found in one place.
   *
   * @param place as {@code dead letters of shop.events.v1}
   * @param removed how much is gone
   * @param kept how much stays, or may
   * @param note when that will go, and what to do about it; empty when nothing stays
   */
  @Schema(name = "ErasedTrace")
  record Trace(
      @Schema(example = "backups") String place,
      long removed,
      long kept,
      @Schema(example = "each leaves as newer ones are made") String note) {}

  /**
   * Removes what can be removed of a user and says what cannot.
   *
   * @param userId as callers know the user
   * @param cancelled ends the work early; what it returned so far stands
   * @throws org.espalier.service.wire.ProblemException UNAVAILABLE when the place cannot be reached
   */
  List<Trace> remove(String userId, BooleanSupplier cancelled);
}
