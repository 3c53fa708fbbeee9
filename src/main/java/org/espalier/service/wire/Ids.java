package org.espalier.service.wire;

import java.util.Optional;

/**
 * Ids are opaque text of 1 to {@value #BYTES_MAX} bytes in UTF-8. Control characters are refused: no id needs them,
 * and they would break log lines, exports and terminals.
 */
public final class Ids {

  public static final int BYTES_MAX = 512;

  private Ids() {}

  /** Refuses a malformed id; {@code what} names the field for the caller. */
  public static void check(String what, String id) throws Rejection {
    Optional<String> fault = fault(id);
    if (fault.isPresent()) {
      throw new Rejection(ProblemCode.INVALID_ID, what + " " + fault.get());
    }
  }

  /** As {@link #check}, for a request that has only one element. */
  public static String require(String what, String id) {
    Optional<String> fault = fault(id);
    if (fault.isPresent()) {
      throw new ProblemException(ProblemCode.INVALID_ID, what + " " + fault.get());
    }
    return id;
  }

  /** Whether an id is well formed. */
  public static boolean isValid(String id) {
    return fault(id).isEmpty();
  }

  private static Optional<String> fault(String id) {
    if (id.isEmpty()) {
      return Optional.of("is empty; ids have 1 to " + BYTES_MAX + " bytes");
    }
    int bytes = 0;
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c < 0x20 || c == 0x7f) {
        return Optional.of("has the control character U+%04X; ids have none".formatted((int) c));
      }
      if (Character.isSurrogate(c)) {
        boolean paired =
            Character.isHighSurrogate(c)
                && i + 1 < id.length()
                && Character.isLowSurrogate(id.charAt(i + 1));
        if (!paired) {
          return Optional.of(
              "has the unpaired surrogate U+%04X; ids are valid UTF-8".formatted((int) c));
        }
        i++;
        bytes += 4;
      } else {
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      }
    }
    return bytes > BYTES_MAX
        ? Optional.of("has %d bytes in UTF-8; ids have at most %d".formatted(bytes, BYTES_MAX))
        : Optional.empty();
  }
}
