package org.espalier.service.demo;

import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.espalier.learning.data.Interactions;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.jspecify.annotations.Nullable;

/** From the first event to a ranking that moves with three clicks, through the public interface. */
public final class Demo {

  private static final int CLICKER_ITEMS_MIN = 5;
  private static final int STRANGERS = 30;
  private static final int SHOWN = 5;

  private final URI service;
  private final @Nullable String key;
  private final DemoWorld world;
  private final Training training;
  private final Console console;
  private final PrintWriter out;
  private final @Nullable KafkaSender kafka;

  /** Trains on what the service has been sent, and activates the result. */
  @FunctionalInterface
  public interface Training {
    /**
     * @return one line on what was trained
     */
    String run();
  }

  /**
   * @param service where it answers
   * @param key an API key; null for a service that has none
   * @param console where progress is shown
   * @param out where results are printed
   * @param kafka takes the world in place of the REST interface; null for none
   */
  public Demo(
      URI service,
      @Nullable String key,
      DemoWorld world,
      Training training,
      Console console,
      PrintWriter out,
      @Nullable KafkaSender kafka) {
    this.service = service;
    this.key = key;
    this.world = world;
    this.training = training;
    this.console = console;
    this.out = out;
    this.kafka = kafka;
  }

  /**
   * Tells the whole story.
   *
   * @throws org.espalier.service.console.CommandException when the service refuses something
   */
  public void run() throws InterruptedException {
    HeldOut heldOut = world.heldOut();
    try (Api api = new Api(service, key)) {
      say("The world is " + world.description() + ".");
      say(sendEverything(api));
      say(training.run());
      say(HeldOutMeasure.of(api, heldOut, console).text());
      ClickStory story = letSomebodyClick(api, heldOut);
      say(story.text(item -> world.title(item).orElse(item)));
      say(furtherCommands(story));
    }
  }

  private String sendEverything(Api api) throws InterruptedException {
    long startNanos = console.nanoTime().getAsLong();
    long sent = 0;
    for (Feed feed : world.feeds()) {
      try (Progress progress = console.progress("Sending " + feed.name(), feed.count())) {
        if (kafka != null) {
          kafka.send(feed, progress);
        } else {
          new BatchSender(api, feed.path(), feed.body(), feed.inFlight())
              .send(feed.elements().get(), progress);
        }
      }
      sent += feed.count();
    }
    double seconds = (console.nanoTime().getAsLong() - startNanos) * 1e-9;
    return String.format(
        Locale.ROOT,
        "Sent %,d items, users, triples and events%s in %.1f s, %,.0f a second, %s.",
        sent,
        kafka != null ? " through Kafka" : "",
        seconds,
        sent / seconds,
        kafka != null ? "until all were durable" : "each durable before it was acknowledged");
  }

  private static ClickStory letSomebodyClick(Api api, HeldOut heldOut) throws InterruptedException {
    Interactions sent = heldOut.sent();
    int[] knownUsers =
        IntStream.range(0, sent.userCount())
            .filter(user -> sent.end(user) - sent.begin(user) >= CLICKER_ITEMS_MIN)
            .toArray();
    if (knownUsers.length == 0) {
      throw new CommandException(
          "no user has %d interactions: make a larger world".formatted(CLICKER_ITEMS_MIN));
    }
    // The ranking of a user with few interactions is the easiest to move.
    int clicker = knownUsers[0];
    for (int user : knownUsers) {
      clicker =
          sent.end(user) - sent.begin(user) < sent.end(clicker) - sent.begin(clicker)
              ? user
              : clicker;
    }
    Set<String> owned =
        IntStream.range(sent.begin(clicker), sent.end(clicker))
            .mapToObj(at -> heldOut.items().token(sent.item(at)))
            .collect(Collectors.toSet());
    int every = Math.max(1, knownUsers.length / STRANGERS);
    List<String> strangers =
        IntStream.iterate(0, i -> i < knownUsers.length, i -> i + every)
            .mapToObj(i -> heldOut.users().token(knownUsers[i]))
            .toList();
    return ClickStory.happen(api, heldOut.users().token(clicker), owned, strangers);
  }

  private String furtherCommands(ClickStory story) {
    String events =
        "[{\"type\":\"click\",\"user_id\":\"%s\",\"item_id\":\"%s\"}]"
            .formatted(story.user(), story.after().getFirst());
    String candidates =
        "{\"user_id\":\"%s\",\"items\":[{\"id\":\"%s\"},{\"id\":\"%s\"}]}"
            .formatted(story.user(), story.after().getLast(), story.after().getFirst());
    return """
    Go on with
      curl%6$s '%1$s%2$s'
      curl%6$s '%1$s%3$s'
      curl%6$s '%1$s/v1/events' -H 'Content-Type: application/json' -d '%4$s'
      curl%6$s '%1$s/v1/rank' -H 'Content-Type: application/json' -d '%5$s'\
    """
        .formatted(
            service,
            Rankings.recommendPath(story.user(), SHOWN),
            Rankings.similarPath(story.clicked().getFirst(), SHOWN),
            events,
            candidates,
            key == null ? "" : " -H \"X-API-Key: $ESPALIER_API_KEY\"");
  }

  private void say(String text) {
    out.println(text.stripTrailing());
    out.println();
    out.flush();
  }
}
