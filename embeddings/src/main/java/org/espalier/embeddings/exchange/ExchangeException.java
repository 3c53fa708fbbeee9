package org.espalier.embeddings.exchange;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file cannot be taken or written; the message is one line that names file, place and fault. */
public final class ExchangeException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private ExchangeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  static ExchangeException at(Object file, String fault) {
    return new ExchangeException(file + ": " + fault, null);
  }

  static ExchangeException atLine(Path file, long line, String fault) {
    return at(file, "line %d: %s".formatted(line, fault));
  }

  static ExchangeException of(Path file, IOException cause) {
    String fault =
        switch (cause) {
          case NoSuchFileException _ -> "there is no such file";
          case AccessDeniedException _ -> "access is denied";
          default -> String.valueOf(cause.getMessage());
        };
    return new ExchangeException(file + ": " + fault, cause);
  }
}
