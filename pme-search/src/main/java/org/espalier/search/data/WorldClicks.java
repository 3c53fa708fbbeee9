package org.espalier.search.data;

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.espalier.learning.data.Vocabulary;
import org.espalier.learning.data.world.SampleWorld;
import org.espalier.learning.data.world.WorldEvent;
import org.espalier.learning.data.world.WorldItem;
import org.espalier.learning.data.world.WorldUser;

/**
 * The click log of a sample world: one sample for each impression, clicked or not, with the ids and the
 * attributes of user and item as fields. The latest tenth of the time is left out of training; its
 * first half chooses and its second half measures. Tokens come from the training part alone.
 */
public final class WorldClicks {

  private static final double TRAINS = 0.9;
  private static final double CHOOSES = 0.05;

  private WorldClicks() {}

  /**
   * Reads a world.
   *
   * @param advanced told now and then how many of the world's events have been read
   * @throws IllegalArgumentException when the world has too few clicks to be split
   */
  public static CtrData of(SampleWorld world, LongConsumer advanced) {
    IntArrayList users = new IntArrayList();
    IntArrayList items = new IntArrayList();
    FloatArrayList labels = new FloatArrayList();
    readEvents(world, users, items, labels, advanced);
    int count = labels.size();
    int trained = (int) (TRAINS * count);
    int chosen = (int) (CHOOSES * count);
    requireBothClasses(labels, 0, trained);
    requireBothClasses(labels, trained, trained + chosen);
    requireBothClasses(labels, trained + chosen, count);
    List<Column> columns = columns(world, users.elements(), items.elements());
    CtrSamples train = samples(columns, labels, 0, trained);
    columns.forEach(Column::endOfTraining);
    CtrSamples valid = samples(columns, labels, trained, trained + chosen);
    CtrSamples test = samples(columns, labels, trained + chosen, count);
    return new CtrData(columns.stream().map(Column::field).toList(), train, valid, test, List.of());
  }

  /** A session's impressions come first, by position, then the clicks among them. */
  private static void readEvents(
      SampleWorld world,
      IntArrayList users,
      IntArrayList items,
      FloatArrayList labels,
      LongConsumer advanced) {
    int sessionStart = 0;
    for (Iterator<WorldEvent> events = world.events(); events.hasNext(); ) {
      WorldEvent event = events.next();
      if (event.click()) {
        labels.set(sessionStart + event.position(), 1f);
      } else {
        if (event.position() == 0) {
          sessionStart = labels.size();
        }
        users.add(event.user());
        items.add(event.item());
        labels.add(0f);
      }
      if (event.index() % (1 << 18) == 0) {
        advanced.accept(event.index());
      }
    }
  }

  private static void requireBothClasses(FloatArrayList labels, int from, int to) {
    int clicks = 0;
    for (int i = from; i < to; i++) {
      clicks += (int) labels.getFloat(i);
    }
    if (clicks == 0 || clicks == to - from) {
      throw new IllegalArgumentException(
          "impressions %d .. %d have %d clicks; the world needs more events"
              .formatted(from, to, clicks));
    }
  }

  private static List<Column> columns(SampleWorld world, int[] users, int[] items) {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("user_id", users, world.userCount(), user -> "u" + user));
    columns.add(new Column("item_id", items, world.itemCount(), item -> "i" + item));
    columns.add(ofUser("age", users, world, WorldUser::age));
    columns.add(ofUser("gender", users, world, WorldUser::gender));
    columns.add(ofUser("country", users, world, WorldUser::country));
    columns.add(ofItem("genre", items, world, WorldItem::genre));
    columns.add(ofItem("brand", items, world, WorldItem::brand));
    columns.add(ofItem("creator", items, world, WorldItem::creator));
    columns.add(ofItem("price_band", items, world, WorldItem::priceBand));
    return columns;
  }

  private static Column ofUser(
      String name, int[] users, SampleWorld world, Function<WorldUser, String> attribute) {
    return new Column(name, users, world.userCount(), user -> attribute.apply(world.user(user)));
  }

  private static Column ofItem(
      String name, int[] items, SampleWorld world, Function<WorldItem, String> attribute) {
    return new Column(name, items, world.itemCount(), item -> attribute.apply(world.item(item)));
  }

  private static CtrSamples samples(List<Column> columns, FloatArrayList labels, int from, int to) {
    int[] cells = new int[(to - from) * columns.size()];
    for (int c = 0; c < columns.size(); c++) {
      columns.get(c).fill(cells, c, columns.size(), from, to);
    }
    return new CtrSamples(cells, Arrays.copyOfRange(labels.elements(), from, to), columns.size());
  }

  /** One field; every cell has one token, and bags have their token's number. */
  private static final class Column {

    private static final int UNSEEN = -1;

    private final String name;
    private final int[] things;
    private final IntFunction<String> text;
    private final int[] tokens; // of each user or item that has been seen
    private final Vocabulary.Builder vocabulary = new Vocabulary.Builder();
    private final IntArrayList counts = new IntArrayList(new int[] {0});
    private boolean training = true;

    /**
     * @param things the user or item of each sample
     * @param thingCount users or items of the world
     * @param text what the field says of one
     */
    Column(String name, int[] things, int thingCount, IntFunction<String> text) {
      this.name = name;
      this.things = things;
      this.text = text;
      this.tokens = new int[thingCount];
      Arrays.fill(tokens, UNSEEN);
    }

    /** From here on what has not been seen is the unknown token. */
    void endOfTraining() {
      training = false;
    }

    void fill(int[] cells, int column, int columns, int from, int to) {
      for (int i = from; i < to; i++) {
        int token = token(things[i]);
        cells[(i - from) * columns + column] = token;
        if (training) {
          counts.set(token, counts.getInt(token) + 1);
        }
      }
    }

    private int token(int thing) {
      if (tokens[thing] == UNSEEN) {
        byte[] bytes = text.apply(thing).getBytes(StandardCharsets.UTF_8);
        tokens[thing] =
            1
                + (training
                    ? vocabulary.add(bytes, 0, bytes.length)
                    : vocabulary.find(bytes, 0, bytes.length));
        if (tokens[thing] == counts.size()) {
          counts.add(0);
        }
      }
      return tokens[thing];
    }

    CtrField field() {
      Bags.Builder bags = new Bags.Builder();
      IntStream.range(1, counts.size()).forEach(token -> bags.add(IntArrayList.of(token)));
      return new CtrField(name, vocabulary.build(), counts.toIntArray(), bags.build());
    }
  }
}
