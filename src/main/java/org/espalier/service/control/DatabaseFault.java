package org.espalier.service.control;

import java.sql.SQLException;

/**
 * Why the database does not open.
 *
 * @param inUse whether another process has the file open, which is a service on the same data folder
 * @param reason the first line of what was wrong in the first place
 */
public record DatabaseFault(boolean inUse, String reason) {

  /** H2's DATABASE_ALREADY_OPEN_1. Its words differ, the cause is told as a locked file. */
  private static final int ALREADY_OPEN = 90020;

  static DatabaseFault of(Throwable failure) {
    boolean inUse = false;
    Throwable root = failure;
    for (Throwable at = failure; at != null; at = at.getCause()) {
      inUse |= at instanceof SQLException sql && sql.getErrorCode() == ALREADY_OPEN;
      root = at;
    }
    String words = String.valueOf(root.getMessage()).lines().findFirst().orElse(root.toString());
    return new DatabaseFault(inUse, words);
  }
}
