package org.espalier.service.demo;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One stream of elements for one route.
 *
 * @param name as "events"
 * @param path the route that takes batches of them
 * @param count how many there are
 * @param elements makes the stream from its beginning; the elements become JSON with snake_case names
 * @param body wraps a batch into what the route takes
 * @param inFlight how many batches may be on their way together, and then arrive in any order
 */
public record Feed(
    String name,
    String path,
    long count,
    Supplier<Iterator<?>> elements,
    Function<List<?>, Object> body,
    int inFlight) {

  /** A world of one seed is to make one model: what has no time of its own keeps its order. */
  private static final int ONE_BY_ONE = 1;

  private static final int IN_FLIGHT = 4;

  /** An item or a user of the catalogue. */
  public record Described(String id, Map<String, Object> fields) {}

  /** A fact of the knowledge graph. */
  public record Triple(String head, String relation, String tail) {}

  /**
   * An interaction.
   *
   * @param timestamp milliseconds since 1970
   */
  public record Interaction(
      @Nullable String eventId,
      String type,
      String userId,
      String itemId,
      @Nullable Float value,
      @Nullable String rankingId,
      @Nullable Map<String, Object> context,
      @Nullable Long timestamp) {

    static final String CLICK = "click";
    static final String RATING = "rating";
    static final String PLAIN = "interaction";

    /** The types that say that a user chose an item; impressions do not. */
    static final List<String> CHOICES = List.of(CLICK, RATING, PLAIN);

    /** A click that happens now. */
    public static Interaction click(String userId, String itemId) {
      return new Interaction(null, CLICK, userId, itemId, null, null, null, null);
    }
  }

  private record Records(List<?> items) {}

  private record Triples(List<?> triples) {}

  static Feed items(long count, Supplier<Iterator<?>> items) {
    return new Feed("items", "/v1/items:batch", count, items, Records::new, ONE_BY_ONE);
  }

  static Feed users(long count, Supplier<Iterator<?>> users) {
    return new Feed("users", "/v1/users:batch", count, users, Records::new, ONE_BY_ONE);
  }

  static Feed triples(long count, Supplier<Iterator<?>> triples) {
    return new Feed("triples", "/v1/triples:batch", count, triples, Triples::new, IN_FLIGHT);
  }

  static Feed events(long count, Supplier<Iterator<?>> events) {
    return new Feed("events", "/v1/events", count, events, batch -> batch, IN_FLIGHT);
  }
}
