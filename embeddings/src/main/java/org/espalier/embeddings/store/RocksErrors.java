package org.espalier.embeddings.store;

import java.util.Locale;
import org.espalier.embeddings.store.StoreException.Kind;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Turns RocksDB's statuses into {@link StoreException}s. */
final class RocksErrors {

  private RocksErrors() {}

  /**
   * @param where the store's directory, for the message
   */
  static StoreException translate(String doing, Object where, RocksDBException e) {
    String detail = detail(e);
    return switch (kind(e, detail)) {
      case LOCKED ->
          new StoreException(
              Kind.LOCKED,
              where + " is in use by another Espalier; stop it or choose another data directory",
              e);
      case NO_PERMISSION ->
          new StoreException(
              Kind.NO_PERMISSION,
              "cannot %s %s: permission denied; run as the directory's owner (%s)"
                  .formatted(doing, where, detail),
              e);
      case DISK_FULL ->
          new StoreException(
              Kind.DISK_FULL,
              "cannot %s %s: the disk is full; free some space (%s)"
                  .formatted(doing, where, detail),
              e);
      case DAMAGED ->
          new StoreException(
              Kind.DAMAGED,
              "cannot %s %s: the store is damaged; restore it from a backup (%s)"
                  .formatted(doing, where, detail),
              e);
      default -> new StoreException(Kind.IO, "cannot %s %s: %s".formatted(doing, where, detail), e);
    };
  }

  private static Kind kind(RocksDBException e, String detail) {
    String lower = detail.toLowerCase(Locale.ROOT);
    Status status = e.getStatus();
    if (lower.contains("lock file") || lower.contains("lock hold by current process")) {
      return Kind.LOCKED;
    }
    if (lower.contains("permission denied") || lower.contains("read-only file system")) {
      return Kind.NO_PERMISSION;
    }
    if (lower.contains("no space left")
        || (status != null && status.getSubCode() == Status.SubCode.NoSpace)) {
      return Kind.DISK_FULL;
    }
    // A file that the manifest names and that is gone comes as an I/O error.
    boolean damaged =
        lower.contains("no such file")
            || lower.contains("does not exist")
            || (status != null && status.getCode() == Status.Code.Corruption);
    return damaged ? Kind.DAMAGED : Kind.IO;
  }

  /** One line: RocksDB's messages may carry keys and line breaks. */
  private static String detail(RocksDBException e) {
    String message = e.getMessage();
    return message == null ? "no detail" : message.replaceAll("\\p{Cntrl}+", " ").strip();
  }
}
