package org.espalier.learning.data.world;

import java.util.Iterator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A made-up catalogue and its audience: items with attributes, users with attributes, triples about
 * both, and sessions in which a user is shown a ranking and clicks some of it. Item popularity is
 * Zipf's, tastes follow the attributes, times ascend.
 *
 * <p>The world is a pure function of its seed and its four numbers: nothing is kept, so a world of any
 * size takes a few kilobytes, and it can be streamed again and from several threads at once (an
 * iterator belongs to one thread).
 */
public final class SampleWorld {

  private final int users;
  private final int items;
  private final long events;
  private final long seed;
  private final int brands;
  private final int creators;
  private final Hidden hidden;

  /**
   * @param users at least 1
   * @param items at least 1
   * @param events impressions and clicks together, at least 0; about one of six is a click
   */
  public SampleWorld(int users, int items, long events, long seed) {
    if (users < 1 || items < 1 || events < 0) {
      throw new IllegalArgumentException(
          "users=%d and items=%d must be at least 1, events=%d at least 0"
              .formatted(users, items, events));
    }
    this.users = users;
    this.items = items;
    this.events = events;
    this.seed = seed;
    this.brands = Math.max(4, items / 50);
    this.creators = Math.max(4, items / 20);
    this.hidden =
        new Hidden(seed, WorldNames.GENRES.size(), WorldNames.COUNTRIES.size(), brands, creators);
  }

  public int userCount() {
    return users;
  }

  public int itemCount() {
    return items;
  }

  public long eventCount() {
    return events;
  }

  /** All users, by index. */
  public Stream<WorldUser> users() {
    return IntStream.range(0, users).mapToObj(this::user);
  }

  /** All items, by index. */
  public Stream<WorldItem> items() {
    return IntStream.range(0, items).mapToObj(this::item);
  }

  /** The user with an index. */
  public WorldUser user(int index) {
    return new WorldUser(
        "u" + index,
        WorldNames.AGES.get(hidden.userAge(index)),
        WorldNames.GENDERS.get(hidden.userGender(index)),
        WorldNames.COUNTRIES.get(hidden.userCountry(index)));
  }

  /** The item with an index. */
  public WorldItem item(int index) {
    return new WorldItem(
        "i" + index,
        WorldNames.title(hidden.hash(Hidden.Kind.ITEM_TITLE, index), index),
        WorldNames.GENRES.get(hidden.itemGenre(index)),
        brand(hidden.itemBrand(index)),
        creator(hidden.itemCreator(index)),
        WorldNames.PRICE_BANDS.get(hidden.itemPrice(index)));
  }

  /** Four triples about each item, two about each brand, one about each creator. */
  public Stream<WorldTriple> triples() {
    Stream<WorldTriple> ofItems =
        items()
            .flatMap(item ->
                Stream.of(
                    new WorldTriple(item.id(), "has_genre", "genre:" + item.genre()),
                    new WorldTriple(item.id(), "has_brand", "brand:" + item.brand()),
                    new WorldTriple(item.id(), "created_by", "creator:" + item.creator()),
                    new WorldTriple(item.id(), "costs", "price_band:" + item.priceBand())));
    Stream<WorldTriple> ofBrands =
        IntStream.range(0, brands).boxed().flatMap(brand -> brandTriples(brand));
    Stream<WorldTriple> ofCreators =
        IntStream.range(0, creators)
            .mapToObj(creator ->
                new WorldTriple(
                    "creator:" + creator(creator),
                    "works_in",
                    "genre:" + WorldNames.GENRES.get(hidden.creatorGenre(creator))));
    return Stream.concat(ofItems, Stream.concat(ofBrands, ofCreators));
  }

  /** All events, in the order of their times; each call starts again. */
  public Iterator<WorldEvent> events() {
    return new SessionStream(hidden, seed, users, items, events);
  }

  private Stream<WorldTriple> brandTriples(int brand) {
    String head = "brand:" + brand(brand);
    String country = WorldNames.COUNTRIES.get(hidden.brandCountry(brand));
    String genre = WorldNames.GENRES.get(hidden.brandGenre(brand));
    return Stream.of(
        new WorldTriple(head, "made_in", "country:" + country),
        new WorldTriple(head, "specialises_in", "genre:" + genre));
  }

  private static String brand(int brand) {
    return "b" + brand;
  }

  private static String creator(int creator) {
    return "c" + creator;
  }
}
