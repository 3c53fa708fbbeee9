package org.espalier.service.demo;

import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.Vocabulary;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.learning.data.world.WorldEvent;
import org.espalier.learning.data.world.WorldItem;
import org.espalier.learning.data.world.WorldTriple;
import org.espalier.learning.data.world.WorldUser;

/** A made-up world; the last tenth of its time is kept back. Only the clicks are held in memory, eight bytes each. */
public final class SampleDemoWorld implements DemoWorld {

  private static final int KEPT_SHARE = 10;

  private final SampleWorld world;
  private final long sentEvents;

  public SampleDemoWorld(SampleWorld world) {
    this.world = world;
    this.sentEvents = world.eventCount() - world.eventCount() / KEPT_SHARE;
  }

  @Override
  public String description() {
    return String.format(
        Locale.ROOT,
        "a sample world of %,d users, %,d items and %,d events, the last %,d kept back",
        world.userCount(),
        world.itemCount(),
        world.eventCount(),
        world.eventCount() - sentEvents);
  }

  @Override
  public List<Feed> feeds() {
    return List.of(
        Feed.items(world.itemCount(), () -> world.items().map(SampleDemoWorld::item).iterator()),
        Feed.users(world.userCount(), () -> world.users().map(SampleDemoWorld::user).iterator()),
        Feed.triples(
            world.triples().count(), () -> world.triples().map(SampleDemoWorld::triple).iterator()),
        Feed.events(sentEvents, this::sent));
  }

  @Override
  public HeldOut heldOut() {
    var sent = new Interactions.Builder(false, false);
    var kept = new Interactions.Builder(false, false);
    world
        .events()
        .forEachRemaining(event -> {
          if (event.click()) {
            (event.index() < sentEvents ? sent : kept)
                .add(event.user(), event.item(), 1, event.timeMs());
          }
        });
    int users = world.userCount();
    int items = world.itemCount();
    return new HeldOut(
        vocabulary(world.users().map(WorldUser::id)),
        vocabulary(world.items().map(WorldItem::id)),
        sent.build(users, items),
        new Interactions.Builder(false, false).build(users, items),
        kept.build(users, items));
  }

  @Override
  public Optional<String> title(String itemId) {
    WorldItem item = world.item(Integer.parseInt(itemId.substring(1)));
    return Optional.of(item.title() + " (" + item.genre() + ")");
  }

  /** The stream without its end. */
  private Iterator<?> sent() {
    Iterator<WorldEvent> events = world.events();
    return Stream.generate(events::next).limit(sentEvents).map(SampleDemoWorld::event).iterator();
  }

  private static Feed.Described item(WorldItem item) {
    return new Feed.Described(
        item.id(),
        Map.of(
            "title", item.title(),
            "genre", item.genre(),
            "brand", item.brand(),
            "creator", item.creator(),
            "price_band", item.priceBand()));
  }

  private static Feed.Described user(WorldUser user) {
    return new Feed.Described(
        user.id(), Map.of("age", user.age(), "gender", user.gender(), "country", user.country()));
  }

  private static Feed.Triple triple(WorldTriple triple) {
    return new Feed.Triple(triple.head(), triple.relation(), triple.tail());
  }

  private static Feed.Interaction event(WorldEvent event) {
    return new Feed.Interaction(
        event.eventId(),
        event.type(),
        event.userId(),
        event.itemId(),
        null,
        event.rankingId(),
        Map.of("position", event.position()),
        event.timeMs());
  }

  private static Vocabulary vocabulary(Stream<String> tokens) {
    var vocabulary = new Vocabulary.Builder();
    tokens.forEach(vocabulary::add);
    return vocabulary.build();
  }
}
