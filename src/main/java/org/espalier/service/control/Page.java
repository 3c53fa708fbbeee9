package org.espalier.service.control;

import java.util.List;
import java.util.function.ToLongFunction;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list by descending id is wanted. A forged cursor can only name another place of the same list.
 *
 * @param before ids on the page are below it
 * @param limit most elements of the page
 */
public record Page(long before, int limit) {

  private static final int LIMIT_MAX = 1000;

  /**
   * @throws ProblemException INVALID_CURSOR or INVALID_VALUE
   */
  public static Page of(@Nullable String cursor, int limit) {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "limit is %d, not 1 to %d".formatted(limit, LIMIT_MAX));
    }
    return new Page(cursor == null ? Long.MAX_VALUE : parse(cursor), limit);
  }

  /** The page's own elements of a result that may hold one more. */
  public <T> List<T> cut(List<T> found) {
    return found.size() > limit ? found.subList(0, limit) : found;
  }

  /** The cursor of the next page, if there is one. */
  public <T> @Nullable String next(List<T> found, ToLongFunction<T> id) {
    return found.size() > limit ? Long.toString(id.applyAsLong(found.get(limit - 1))) : null;
  }

  private static long parse(String cursor) {
    try {
      return Long.parseLong(cursor);
    } catch (NumberFormatException _) {
      throw new ProblemException(
          ProblemCode.INVALID_CURSOR, "take the cursor from next_cursor, or leave it out");
    }
  }
}
