package org.espalier.learning.data;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Input data that cannot be used. The message is one line that names the file, where known the line
 * and the column, what was expected and what was found.
 */
public final class DataException extends RuntimeException {

  private static final int QUOTE_CHARS_MAX = 60;

  private DataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** A problem of a whole file or folder. */
  public static DataException in(Path file, String problem) {
    return new DataException(file + ": " + problem, null);
  }

  /** A file that the system could not give us. */
  public static DataException unreadable(Path file, Throwable cause) {
    return new DataException(file + ": cannot be read: " + cause, cause);
  }

  /**
   * A problem of one cell.
   *
   * @param line counted from 1; the header is line 1
   */
  public static DataException at(Path file, long line, String column, String problem) {
    return new DataException(
        "%s:%d: column %s: %s".formatted(file, line, quote(column), problem), null);
  }

  /** Text from a file, fit for a message: shortened, control characters made visible. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("'");
    text.codePoints()
        .limit(QUOTE_CHARS_MAX)
        .forEach(c -> {
          if (Character.isISOControl(c)) {
            quoted.append("\\u%04x".formatted(c));
          } else {
            quoted.appendCodePoint(c);
          }
        });
    return quoted.append(text.length() > QUOTE_CHARS_MAX ? "…'" : "'").toString();
  }
}
