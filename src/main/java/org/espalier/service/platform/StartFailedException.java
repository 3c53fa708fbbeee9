package org.espalier.service.platform;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.espalier.embeddings.store.StoreException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.tomcat.ConnectorStartFailedException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.convert.ConversionFailedException;

/** The service cannot start; the message is one line for whoever started it. */
public final class StartFailedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  public StartFailedException(String line) {
    super(line);
  }

  public StartFailedException(String line, Throwable cause) {
    super(line, cause);
  }

  /** The line for a failure that its reader can mend; empty for everything that is a fault of ours. */
  static Optional<StartFailedException> of(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      Optional<String> line = line(at);
      if (line.isPresent()) {
        return Optional.of(new StartFailedException(line.get(), failure));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> line(Throwable failure) {
    return Optional.ofNullable(
        switch (failure) {
          case StartFailedException known -> known.getMessage();
          case StoreException store -> store.getMessage();
          case PortInUseException busy ->
              "port %d is in use; stop the other process or set server.port (SERVER_PORT)"
                  .formatted(busy.getPort());
          case ConnectorStartFailedException busy ->
              "port %d is in use; stop the other process or set management.server.port"
                  .formatted(busy.getPort());
          case BindException bind ->
              "setting %s is invalid: %s".formatted(bind.getName(), reason(bind));
          default -> null;
        });
  }

  private static String reason(BindException bind) {
    for (Throwable at = bind; at != null; at = at.getCause()) {
      if (at instanceof ConversionFailedException conversion) {
        return "\"%s\" is not %s".formatted(conversion.getValue(), wanted(conversion));
      }
    }
    return rootMessage(bind);
  }

  private static String wanted(ConversionFailedException conversion) {
    Class<?> type = conversion.getTargetType().getType();
    return type.isEnum()
        ? "one of " + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)
        : "a " + type.getSimpleName();
  }

  /** The first line of what was wrong in the first place. */
  static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage() == null ? root.toString() : root.getMessage();
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
