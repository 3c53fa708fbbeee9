package org.espalier.embeddings.store;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * What the store could not do. The message is one line that names what failed, where, and what to do
 * about it; it is fit for a command line as it stands.
 */
public final class StoreException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  /** Why, for callers that answer differently: a full disk is not a damaged file. */
  public enum Kind {
    /** Another process, or another store of this one, has the directory open. */
    LOCKED,
    /** Written by a later version of Espalier. */
    NEWER_FORMAT,
    /** A path that is no directory, or a directory that holds something else. */
    NOT_A_STORE,
    /** The operating system refuses access. */
    NO_PERMISSION,
    /** Too little disk space is left; nothing was written. */
    DISK_FULL,
    /** Bytes on disk that the store did not write so. Never repaired in silence. */
    DAMAGED,
    /** A source position that is not beyond the stored one: another consumer was here first. */
    STALE_POSITION,
    /** There is no such generation: its number was never committed, or it was deleted. */
    NO_SUCH_GENERATION,
    /** Another generation is active than the caller expected. */
    STALE_GENERATION,
    /** The active generation cannot be deleted. */
    GENERATION_ACTIVE,
    /** Any other failure of the disk or the file system. */
    IO,
    /** A defect of the store itself. */
    INTERNAL
  }

  private final Kind kind;

  public StoreException(Kind kind, String message) {
    this(kind, message, null);
  }

  public StoreException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
