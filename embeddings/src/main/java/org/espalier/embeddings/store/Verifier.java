package org.espalier.embeddings.store;

import it.unimi.dsi.fastutil.longs.Long2LongMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.store.Verification.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole store as it is at one moment: every block against RocksDB's checksum, every row
 * against its format, the families against each other, every generation against its manifest. Goes on
 * after a problem with what can still be read. Used once, by one thread.
 */
final class Verifier {

  private static final int PROBLEMS_MAX = 100;

  /** Looks at a row, and throws what is wrong with it. */
  private interface Check {
    void row(ByteBuffer key, ByteBuffer value);
  }

  private final Database database;
  private final Database.View view;
  private final Generations generations;
  private final Map<String, Long> rows = new LinkedHashMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private long problemCount;

  /** By field code: how many ids the dictionary holds. */
  private int[] fieldSizes = {};

  private long lastSequence;

  /** type << 32 | entity → events of that type minus the stored count. */
  private final Long2LongOpenHashMap uncounted = new Long2LongOpenHashMap();

  private Verifier(Database database, Database.View view, Generations generations) {
    this.database = database;
    this.view = view;
    this.generations = generations;
  }

  static Verification verify(Database database, Generations generations) {
    Verification[] result = new Verification[1];
    database.atOneMoment(view -> result[0] = new Verifier(database, view, generations).all());
    return result[0];
  }

  private Verification all() {
    attempt("", () -> "table files", database::verifyFiles);
    walk(Family.META, this::meta);
    walk(Family.DICTIONARY, this::token);
    walk(Family.EVENTS, this::event);
    walk(Family.HISTORIES, this::history);
    walk(Family.EDGES, this::edge);
    walk(Family.COUNTS, this::count);
    uncounted
        .long2LongEntrySet()
        .forEach(
            entry -> attempt(Family.COUNTS.familyName(), () -> key(entry), () -> missing(entry)));
    walk(Family.OFFSETS, this::offset);
    walk(Family.CATALOGUE, this::catalogue);
    walk(Family.MANIFESTS, this::manifest);
    return new Verification(rows, problemCount, problems);
  }

  private void walk(Family family, Check check) {
    long[] count = {0};
    attempt(
        family.familyName(),
        () -> "behind the last row that can be read",
        () ->
            view.scan(
                family,
                (key, value) -> {
                  count[0]++;
                  attempt(
                      family.familyName(),
                      () -> Formats.hex(key.rewind()), // a check moves it
                      () -> check.row(key, value));
                  return true;
                }));
    rows.merge(family.familyName(), count[0], Long::sum);
  }

  private void attempt(String family, Supplier<String> key, Runnable work) {
    try {
      work.run();
    } catch (StoreException
        | BufferUnderflowException
        | IndexOutOfBoundsException
        | IllegalArgumentException e) {
      problemCount++;
      if (problems.size() < PROBLEMS_MAX) {
        problems.add(new Problem(family, key.get(), String.valueOf(e.getMessage())));
      }
    }
  }

  private void meta(ByteBuffer key, ByteBuffer value) {
    lastSequence = Math.max(lastSequence, Meta.checkedSequence(key, value));
  }

  private void token(ByteBuffer key, ByteBuffer value) {
    int field = Short.toUnsignedInt(key.getShort());
    int id = key.getInt();
    if (field >= fieldSizes.length) {
      fieldSizes = Arrays.copyOf(fieldSizes, field + 1);
    }
    int expected = fieldSizes[field];
    fieldSizes[field] = Math.max(expected, id + 1);
    Dictionary.checkValue(value);
    require(id == expected, "the field lacks id", expected);
    require(field < fieldSizes[Field.FIELD.code()], "no name for field", field);
  }

  private void event(ByteBuffer key, ByteBuffer value) {
    EventLog.LoggedEvent event = EventLog.parse(key.getLong(), value);
    require(event.sequence() <= lastSequence, "the last sequence is", lastSequence);
    requireId(Field.USER, event.user());
    requireId(Field.ENTITY, event.item());
    requireId(Field.EVENT_TYPE, event.type());
    uncounted.addTo((long) event.type() << 32 | event.item(), 1);
    byte[] history =
        view.get(Family.HISTORIES, Histories.key(event.user(), event.timeMs(), event.sequence()));
    require(
        Arrays.equals(history, Histories.value(event.item(), event.type(), event.value())),
        "the user's history does not have the event");
    event
        .eventId()
        .ifPresent(eventId -> {
          byte[] stored = view.get(Family.OFFSETS, Offsets.eventKey(Tokens.encode(eventId)));
          require(
              Offsets.read(stored) == event.sequence(),
              "the event's id leads to",
              Offsets.read(stored));
        });
  }

  private void history(ByteBuffer key, ByteBuffer value) {
    EventLog.LoggedEvent event = event(Histories.sequence(key));
    byte[] expected = Histories.key(event.user(), event.timeMs(), event.sequence());
    require(key.equals(ByteBuffer.wrap(expected)), "the log's event is another user's or time's");
    require(
        value.equals(ByteBuffer.wrap(Histories.value(event.item(), event.type(), event.value()))),
        "the log's event says something else");
  }

  private void edge(ByteBuffer key, ByteBuffer value) {
    int relation = key.getInt();
    requireId(Field.RELATION, relation);
    requireId(relation == Edges.INTERACTS ? Field.USER : Field.ENTITY, key.getInt());
    requireId(Field.ENTITY, key.getInt());
    require(Float.isFinite(Edges.read(value).weight()), "the weight is not finite");
  }

  private void count(ByteBuffer key, ByteBuffer value) {
    long events = uncounted.remove(key.getLong());
    long stored = InteractionCounts.read(value);
    require(stored == events, "the count is not that of the log, which has", events);
  }

  private void missing(Long2LongMap.Entry entry) {
    require(entry.getLongValue() == 0, "no count for events of the log", entry.getLongValue());
  }

  private static String key(Long2LongMap.Entry entry) {
    return Formats.hex(ByteBuffer.allocate(8).putLong(0, entry.getLongKey()));
  }

  private void offset(ByteBuffer key, ByteBuffer value) {
    long position = Offsets.read(Formats.bytes(value, value.remaining()));
    byte kind = key.get();
    String name = Formats.text(key, key.remaining());
    if (kind == Offsets.EVENT_ID) {
      require(
          event(position).eventId().equals(Optional.of(name)), "another id has event", position);
    } else {
      require(kind == Offsets.SOURCE && position >= 0, "a source at", position);
    }
  }

  private void catalogue(ByteBuffer key, ByteBuffer value) {
    Catalogue.Kind kind = Catalogue.Kind.ofCode(key.get());
    int id = key.getInt();
    requireId(kind.field(), id);
    CatalogueRecord record = Catalogue.read(id, value);
    require(record.version() > 0, "a record of version", record.version());
  }

  private void manifest(ByteBuffer key, ByteBuffer value) {
    byte[] bytes = Formats.bytes(value, value.remaining());
    if (key.equals(ByteBuffer.wrap(Manifests.activeKey()))) {
      int active = Manifests.readActive(bytes);
      require(
          view.get(Family.MANIFESTS, Manifests.key(active)) != null,
          "no manifest of the active generation",
          active);
      return;
    }
    Manifest manifest = Manifests.read(key.getInt(1), bytes);
    for (StoredTable table : manifest.tables()) {
      String name = "generation %d, table %s".formatted(manifest.number(), table.shape().name());
      attempt(Family.ROWS.familyName(), () -> name, () -> table(manifest.number(), table));
    }
    for (int a = 0; a < manifest.artefacts().size(); a++) {
      int index = a;
      StoredArtefact artefact = manifest.artefacts().get(a);
      String name = "generation %d, artefact %s".formatted(manifest.number(), artefact.name());
      attempt(
          Family.ROWS.familyName(), () -> name, () -> artefact(manifest.number(), index, artefact));
    }
  }

  private void table(int generation, StoredTable table) {
    String name = table.shape().name();
    try {
      TableHeader header = generations.header(generation, name);
      require(header.basis().dim() == table.shape().dim(), "a basis of another dimension");
      long[] count = {1};
      generations.rows(generation, name, (token, size, encoding, payload) -> count[0]++);
      rows.merge(Family.ROWS.familyName(), count[0], Long::sum);
    } catch (StoreException e) {
      if (e.kind() != Kind.NO_SUCH_GENERATION) { // else it was deleted meanwhile
        throw e;
      }
    }
  }

  private void artefact(int generation, int index, StoredArtefact artefact) {
    try {
      generations.verify(generation, index, artefact);
    } catch (StoreException e) {
      if (view.get(Family.MANIFESTS, Manifests.key(generation)) != null
          && Manifests.exists(database, generation)) { // else it was deleted meanwhile
        throw e;
      }
    }
  }

  private EventLog.LoggedEvent event(long sequence) {
    byte @Nullable [] value = view.get(Family.EVENTS, EventLog.key(sequence));
    if (value == null) {
      throw problem("the log has no event " + sequence);
    }
    return EventLog.parse(sequence, ByteBuffer.wrap(value));
  }

  private void requireId(Field field, int id) {
    if (id < 0 || field.code() >= fieldSizes.length || id >= fieldSizes[field.code()]) {
      throw problem("field %s has no id %d".formatted(field.name(), id));
    }
  }

  private static void require(boolean holds, String problem, long number) {
    if (!holds) {
      throw problem(problem + " " + number);
    }
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw problem(problem);
    }
  }

  private static StoreException problem(String what) {
    return new StoreException(Kind.DAMAGED, what);
  }
}
