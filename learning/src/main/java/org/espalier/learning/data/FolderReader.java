package org.espalier.learning.data;

import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Reads the files of one {@link DataFolder}, which share their vocabularies. */
final class FolderReader {

  /** As everywhere in Espalier: a token has 1 to 512 bytes. */
  private static final int TOKEN_BYTES_MAX = 512;

  /** Below it a time is in seconds: 10¹¹ s is the year 5138, 10¹¹ ms the year 1973. */
  private static final double SECONDS_MAX = 1e11;

  private final Path folder;
  private final Vocabulary.Builder users = new Vocabulary.Builder();
  private final Vocabulary.Builder items = new Vocabulary.Builder();

  FolderReader(Path folder) {
    this.folder = folder;
  }

  DataFolder read() {
    Interactions.Builder train = interactions("train.tsv");
    Interactions.Builder valid = interactions("valid.tsv");
    Interactions.Builder test = interactions("test.tsv");
    Optional<AttributeTable> userAttributes = attributes("users.tsv", "user", users);
    Optional<AttributeTable> itemAttributes = attributes("items.tsv", "item", items);
    Optional<Links> links = links();
    int userCount = users.size();
    int itemCount = items.size();
    return new DataFolder(
        users.build(),
        items.build(),
        train.build(userCount, itemCount),
        valid.build(userCount, itemCount),
        test.build(userCount, itemCount),
        knowledgeGraph(links),
        userAttributes,
        itemAttributes);
  }

  private Interactions.Builder interactions(String name) {
    try (TsvReader in = TsvReader.open(folder.resolve(name))) {
      int user = in.require("user");
      int item = in.require("item");
      int rating = in.find("rating");
      int timestamp = in.find("timestamp");
      var interactions = new Interactions.Builder(rating >= 0, timestamp >= 0);
      while (in.next()) {
        interactions.add(
            id(in, user, users),
            id(in, item, items),
            rating < 0 ? 1 : (float) in.number(rating),
            timestamp < 0 ? 0 : timeMs(in, timestamp));
      }
      requireRows(name, interactions.size());
      return interactions;
    }
  }

  private Optional<AttributeTable> attributes(String name, String key, Vocabulary.Builder tokens) {
    if (!Files.exists(folder.resolve(name))) {
      return Optional.empty();
    }
    try (TsvReader in = TsvReader.open(folder.resolve(name))) {
      int keyColumn = in.require(key);
      int[] others = IntStream.range(0, in.columns().size()).filter(c -> c != keyColumn).toArray();
      List<AttributeTable.Row> rows = new ArrayList<>();
      IntOpenHashSet seen = new IntOpenHashSet();
      while (in.next()) {
        int id = id(in, keyColumn, tokens);
        if (!seen.add(id)) {
          throw in.problem(keyColumn, "stands twice: " + DataException.quote(in.text(keyColumn)));
        }
        List<String> values = IntStream.of(others).mapToObj(in::text).toList();
        rows.add(new AttributeTable.Row(id, values));
      }
      requireRows(name, rows.size());
      List<String> columns = IntStream.of(others).mapToObj(in.columns()::get).toList();
      return Optional.of(new AttributeTable(columns, List.copyOf(rows)));
    }
  }

  /** Which entity stands for which item: entity ids of {@code entities} → item ids. */
  private record Links(Vocabulary.Builder entities, Int2IntOpenHashMap itemOf) {}

  private Optional<Links> links() {
    String name = "link.tsv";
    if (!Files.exists(folder.resolve(name))) {
      return Optional.empty();
    }
    try (TsvReader in = TsvReader.open(folder.resolve(name))) {
      int item = in.require("item");
      int entity = in.require("entity");
      Links links = new Links(new Vocabulary.Builder(), new Int2IntOpenHashMap());
      IntOpenHashSet linked = new IntOpenHashSet();
      while (in.next()) {
        int itemId = id(in, item, items);
        int entityId = id(in, entity, links.entities);
        if (links.itemOf.containsKey(entityId)) {
          throw in.problem(entity, "is linked twice: " + DataException.quote(in.text(entity)));
        }
        if (!linked.add(itemId)) {
          throw in.problem(item, "is linked twice: " + DataException.quote(in.text(item)));
        }
        links.itemOf.put(entityId, itemId);
      }
      requireRows(name, linked.size());
      return Optional.of(links);
    }
  }

  private Optional<KnowledgeGraph> knowledgeGraph(Optional<Links> links) {
    String name = "kg.tsv";
    if (!Files.exists(folder.resolve(name))) {
      return Optional.empty();
    }
    int itemCount = items.size();
    try (TsvReader in = TsvReader.open(folder.resolve(name))) {
      int head = in.require("head");
      int relation = in.require("relation");
      int tail = in.require("tail");
      var relations = new Vocabulary.Builder();
      relations.add(KnowledgeGraph.INTERACTS);
      IntArrayList heads = new IntArrayList();
      IntArrayList relationIds = new IntArrayList();
      IntArrayList tails = new IntArrayList();
      while (in.next()) {
        heads.add(entity(in, head, links, itemCount));
        relationIds.add(id(in, relation, relations));
        tails.add(entity(in, tail, links, itemCount));
      }
      requireRows(name, heads.size());
      // From here on the items' builder holds the other entities behind the items.
      return Optional.of(
          new KnowledgeGraph(
              itemCount,
              items.build(),
              relations.build(),
              heads.toIntArray(),
              relationIds.toIntArray(),
              tails.toIntArray()));
    }
  }

  /**
   * Without links an entity with an item's token is that item. With links only a linked one is, and
   * an entity that merely has the token of some item is told apart by a prefix.
   */
  private int entity(TsvReader in, int column, Optional<Links> links, int itemCount) {
    requireToken(in, column);
    byte[] bytes = in.buffer();
    int from = in.from(column);
    int to = in.to(column);
    if (links.isPresent()) {
      int linkId = links.get().entities.find(bytes, from, to);
      if (linkId >= 0) {
        return links.get().itemOf.get(linkId);
      }
      int namesake = items.find(bytes, from, to);
      if (namesake >= 0 && namesake < itemCount) {
        byte[] apart = ("entity:" + in.text(column)).getBytes(StandardCharsets.UTF_8);
        return items.add(apart, 0, apart.length);
      }
    }
    return items.add(bytes, from, to);
  }

  private static int id(TsvReader in, int column, Vocabulary.Builder tokens) {
    requireToken(in, column);
    return tokens.add(in.buffer(), in.from(column), in.to(column));
  }

  private static void requireToken(TsvReader in, int column) {
    int bytes = in.to(column) - in.from(column);
    if (bytes < 1 || bytes > TOKEN_BYTES_MAX) {
      throw in.problem(
          column, "expected 1 to %d bytes, found %d".formatted(TOKEN_BYTES_MAX, bytes));
    }
  }

  private static long timeMs(TsvReader in, int column) {
    double time = in.number(column);
    return Math.round(Math.abs(time) < SECONDS_MAX ? time * 1000 : time);
  }

  private void requireRows(String name, int rows) {
    if (rows == 0) {
      throw DataException.in(folder.resolve(name), "has a header but no rows");
    }
  }
}
