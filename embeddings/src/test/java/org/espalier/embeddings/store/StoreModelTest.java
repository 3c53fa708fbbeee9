package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.espalier.embeddings.store.StoreTesting.UNSYNCED;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random mutations on the store and on plain maps, with the store reopened in between. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class StoreModelTest {

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void the_store_agrees_with_plain_maps(long seed, @TempDir Path directory) {
    Random random = new Random(seed);
    Model model = new Model(random);
    int liveBefore = StoreLeaks.live();
    Store store = Store.open(directory, UNSYNCED);
    for (int step = 0; step < 400; step++) {
      if (random.nextInt(60) == 0) {
        store.close();
        store = Store.open(directory, UNSYNCED);
        model.compare(store);
      }
      model.mutate(store);
    }
    model.compare(store);
    assertThat(store.verify().problems()).isEmpty();
    store.close();
    assertThat(StoreLeaks.live()).isEqualTo(liveBefore);
  }

  private static final class Model {

    private record Pair(String left, String right) {}

    private final Random random;
    private final TreeMap<Long, Event> events = new TreeMap<>();
    private final Set<String> eventIds = new HashSet<>();
    private final TreeMap<String, Float> edges = new TreeMap<>();
    private final Map<Pair, CatalogueRecord> records = new HashMap<>();
    private final Map<String, Long> positions = new HashMap<>();
    private final Set<String> users = new TreeSet<>();
    private long lastSequence;

    Model(Random random) {
      this.random = random;
    }

    void mutate(Store store) {
      switch (random.nextInt(36)) {
        case 0, 1, 2, 3, 4 -> putTriples(store);
        case 5, 6, 7 -> deleteTriples(store);
        case 8, 9, 10, 11, 12, 13 -> putRecord(store);
        case 14, 15, 16 -> deleteItem(store);
        case 17 -> deleteUser(store);
        case 18 -> trim(store);
        default -> append(store);
      }
    }

    private void append(Store store) {
      List<Event> list = new ArrayList<>();
      int accepted = 0;
      for (int i = random.nextInt(20); i > 0; i--) {
        String id = random.nextBoolean() ? "e" + random.nextInt(3000) : null;
        Event event =
            new Event(
                id,
                random.nextBoolean() ? "click" : "view",
                user(),
                entity(),
                random.nextInt(3),
                random.nextInt(1000) - 100,
                random.nextBoolean() ? "r" + random.nextInt(9) : null,
                random.nextBoolean() ? "{\"n\":" + random.nextInt(9) + "}" : null);
        list.add(event);
        if (id == null || eventIds.add(id)) {
          accepted++;
          events.put(++lastSequence, event);
          users.add(event.userId());
          if (event.value() != 0) {
            edges.merge(event.userId() + " interacts " + event.itemId(), event.value(), Float::sum);
          }
        }
      }
      AppendResult expected = new AppendResult(accepted, list.size() - accepted, lastSequence);
      if (random.nextBoolean()) {
        String source = "topic/" + random.nextInt(3);
        long from = positions.getOrDefault(source, 0L) + random.nextInt(3);
        long next = from + 1 + random.nextInt(100);
        positions.put(source, next);
        assertThat(store.append(list, new SourcePosition(source, from, next))).isEqualTo(expected);
      } else {
        assertThat(store.append(list)).isEqualTo(expected);
      }
    }

    private void putTriples(Store store) {
      List<Triple> triples = triples();
      int added = 0;
      for (Triple triple : triples) {
        if (edges.put(line(triple), triple.weight()) == null) {
          added++;
        }
      }
      assertThat(store.putTriples(triples)).isEqualTo(added);
    }

    private void deleteTriples(Store store) {
      List<Triple> triples = triples();
      int removed = 0;
      for (Triple triple : triples) {
        if (edges.remove(line(triple)) != null) {
          removed++;
        }
      }
      assertThat(store.deleteTriples(triples)).isEqualTo(removed);
    }

    private List<Triple> triples() {
      List<Triple> triples = new ArrayList<>();
      for (int i = random.nextInt(10); i > 0; i--) {
        String relation = random.nextBoolean() ? "by" : "in";
        triples.add(new Triple(entity(), relation, entity(), random.nextInt(5), 0));
      }
      return triples;
    }

    private void putRecord(Store store) {
      boolean item = random.nextBoolean();
      String token = item ? entity() : user();
      Pair key = new Pair(item ? "item" : "user", token);
      CatalogueRecord before = records.get(key);
      long version = before == null ? 0 : before.version();
      long ifVersion = random.nextInt(3) - 1L;
      boolean stored =
          ifVersion == CatalogueUpdate.ANY_VERSION
              || ifVersion == version
              || (ifVersion == CatalogueUpdate.NOT_THERE && before != null && before.deleted());
      CatalogueUpdate update =
          new CatalogueUpdate(
              token,
              "{\"x\":" + random.nextInt() + "}",
              List.of("c" + random.nextInt(3)),
              random.nextBoolean(),
              random.nextInt(),
              ifVersion);
      if (stored) {
        records.put(
            key,
            new CatalogueRecord(
                0,
                version + 1,
                update.timeMs(),
                update.hidden(),
                false,
                update.categories(),
                update.fieldsJson()));
        if (!item) {
          users.add(token);
        }
      }
      PutResult expected = new PutResult(stored, stored ? version + 1 : version);
      assertThat(item ? store.putItems(List.of(update)) : store.putUsers(List.of(update)))
          .containsExactly(expected);
    }

    private void deleteItem(Store store) {
      String token = entity();
      Pair key = new Pair("item", token);
      boolean known = store.dictionary().find(Field.ENTITY, token) >= 0;
      CatalogueRecord before = records.get(key);
      long version = before == null ? 0 : before.version();
      boolean change = known && (before == null || !before.deleted());
      if (change) {
        records.put(key, new CatalogueRecord(0, version + 1, 5, false, true, List.of(), "{}"));
      }
      var result = store.deleteItem(token, 5, CatalogueUpdate.ANY_VERSION);
      if (known) {
        assertThat(result).contains(new PutResult(true, change ? version + 1 : version));
      } else {
        assertThat(result).isEmpty();
      }
    }

    private void deleteUser(Store store) {
      String token = user();
      if (!users.remove(token)) {
        assertThat(store.deleteUser(token)).isEmpty();
        return;
      }
      long removed = 0;
      long removedIds = 0;
      for (var rows = events.values().iterator(); rows.hasNext(); ) {
        Event event = rows.next();
        if (event.userId().equals(token)) {
          rows.remove();
          removed++;
          if (event.eventId() != null) {
            eventIds.remove(event.eventId());
            removedIds++;
          }
        }
      }
      long edgesBefore = edges.size();
      edges.keySet().removeIf(edge -> edge.startsWith(token + " interacts "));
      long record = records.remove(new Pair("user", token)) == null ? 0 : 1;
      assertThat(store.deleteUser(token))
          .contains(new Erasure(removed, removedIds, edgesBefore - edges.size(), record));
    }

    private void trim(Store store) {
      long beforeMs = random.nextInt(1200) - 150L;
      long keepMax = random.nextInt(2000);
      long trimmed = 0;
      while (!events.isEmpty()
          && (events.firstKey() <= lastSequence - keepMax
              || events.firstEntry().getValue().timeMs() < beforeMs)) {
        Event event = events.pollFirstEntry().getValue();
        trimmed++;
        if (event.eventId() != null) {
          eventIds.remove(event.eventId());
        }
        String edge = event.userId() + " interacts " + event.itemId();
        edges.computeIfPresent(
            edge, (_, weight) -> weight == event.value() ? null : weight - event.value());
      }
      assertThat(store.trim(beforeMs, keepMax, () -> true)).isEqualTo(trimmed);
      assertThat(store.events().firstSequence())
          .isEqualTo(events.isEmpty() ? OptionalLong.empty() : OptionalLong.of(events.firstKey()));
    }

    void compare(Store store) {
      Dictionary names = store.dictionary();
      assertThat(store.lastSequence()).isEqualTo(lastSequence);
      List<Long> sequences = new ArrayList<>();
      store.events().read(0, Long.MAX_VALUE, (seq, u, i, t, v, time) -> sequences.add(seq));
      assertThat(sequences).containsExactlyElementsOf(events.keySet());
      Map<String, List<String>> histories = new HashMap<>();
      Map<Pair, Long> counts = new HashMap<>();
      events.entrySet().stream()
          .sorted(
              Comparator.<Map.Entry<Long, Event>>comparingLong(e -> e.getValue().timeMs())
                  .thenComparing(Map.Entry::getKey)
                  .reversed())
          .forEach(entry -> {
            Event event = entry.getValue();
            histories
                .computeIfAbsent(event.userId(), user -> new ArrayList<>())
                .add(event.itemId() + " " + event.value() + " @" + event.timeMs());
            counts.merge(new Pair(event.type(), event.itemId()), 1L, Long::sum);
            assertStored(store, entry.getKey(), event);
          });
      for (String user : users) {
        assertThat(StoreTesting.history(store, user, Integer.MAX_VALUE))
            .isEqualTo(histories.getOrDefault(user, List.of()));
      }
      assertThat(edges(store)).isEqualTo(edges);
      Map<Pair, Long> stored = new HashMap<>();
      for (int type = 0; type < names.size(Field.EVENT_TYPE); type++) {
        String typeName = names.token(Field.EVENT_TYPE, type);
        store
            .counts()
            .forEach(
                type,
                (item, count) ->
                    stored.put(new Pair(typeName, names.token(Field.ENTITY, item)), count));
      }
      assertThat(stored).isEqualTo(counts);
      assertThat(records(store)).isEqualTo(records);
      for (int topic = 0; topic < 3; topic++) {
        Long next = positions.get("topic/" + topic);
        assertThat(store.offsets().next("topic/" + topic))
            .isEqualTo(next == null ? OptionalLong.empty() : OptionalLong.of(next));
      }
      for (int i = 0; i < 30; i++) {
        String user = "u" + i;
        assertThat(names.find(Field.USER, user) >= 0).isEqualTo(users.contains(user));
      }
    }

    private static void assertStored(Store store, long sequence, Event event) {
      var logged = store.events().find(sequence).orElseThrow();
      Dictionary names = store.dictionary();
      assertThat(
              new Event(
                  logged.eventId().orElse(null),
                  names.token(Field.EVENT_TYPE, logged.type()),
                  names.token(Field.USER, logged.user()),
                  names.token(Field.ENTITY, logged.item()),
                  logged.value(),
                  logged.timeMs(),
                  logged.rankingId().orElse(null),
                  logged.context().orElse(null)))
          .isEqualTo(event);
      if (event.eventId() != null) {
        assertThat(store.offsets().sequenceOf(event.eventId())).hasValue(sequence);
      }
    }

    private static Map<String, Float> edges(Store store) {
      Map<String, Float> edges = new TreeMap<>();
      Dictionary names = store.dictionary();
      store
          .edges()
          .scan((relation, head, tail, weight, timeMs) -> {
            Field heads = relation == Edges.INTERACTS ? Field.USER : Field.ENTITY;
            edges.put(
                names.token(heads, head)
                    + " "
                    + names.token(Field.RELATION, relation)
                    + " "
                    + names.token(Field.ENTITY, tail),
                weight);
          });
      return edges;
    }

    private static Map<Pair, CatalogueRecord> records(Store store) {
      Map<Pair, CatalogueRecord> records = new HashMap<>();
      for (Catalogue.Kind kind : Catalogue.Kind.values()) {
        String name = kind == Catalogue.Kind.ITEM ? "item" : "user";
        store
            .catalogue()
            .scan(
                kind,
                0,
                record -> {
                  String token = store.dictionary().token(kind.field(), record.id());
                  CatalogueRecord anonymous =
                      new CatalogueRecord(
                          0,
                          record.version(),
                          record.timeMs(),
                          record.hidden(),
                          record.deleted(),
                          record.categories(),
                          record.fieldsJson());
                  records.put(new Pair(name, token), anonymous);
                  return true;
                });
      }
      return records;
    }

    private static String line(Triple triple) {
      return triple.head() + " " + triple.relation() + " " + triple.tail();
    }

    private String user() {
      return "u" + random.nextInt(30);
    }

    private String entity() {
      return "i" + random.nextInt(60);
    }
  }
}
