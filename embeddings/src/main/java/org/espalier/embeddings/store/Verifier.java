package org.espalier.embeddings.store;

import it.unimi.dsi.fastutil.longs.Long2LongMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.espalier.embeddings.store.StoreException.Kind;

/**
 * Reads a whole store as it is at one moment: every block against RocksDB's checksum, every row
 * against its format, the families against each other, every generation against its manifest. Goes on
 * after a problem with what can still be read. Every family is read in the order that it has on the disk. Used once, by one
 * thread.
 */
final class Verifier {

  private final Database database;
  private final Database.View view;
  private final Generations generations;
  private final Reading reading;
  private final EventAgreement events;

  /** By field code: how many ids the dictionary holds. */
  private int[] fieldSizes = {};

  private long lastSequence;

  /** type << 32 | entity → events of that type minus the stored count. */
  private final Long2LongOpenHashMap uncounted = new Long2LongOpenHashMap();

  private Verifier(
      Database database, Database.View view, Generations generations, Reading reading) {
    this.database = database;
    this.view = view;
    this.generations = generations;
    this.reading = reading;
    this.events = new EventAgreement(view);
  }

  static Verification verify(
      Database database, Generations generations, VerificationListener listener) {
    Verification[] result = new Verification[1];
    long rows = database.estimatedRows(List.of(Family.values()));
    database.atOneMoment(view -> {
      Reading reading = new Reading(view, rows, listener);
      new Verifier(database, view, generations, reading).all();
      result[0] = reading.found();
    });
    return result[0];
  }

  private void all() {
    reading.attempt("", () -> "table files", database::verifyFiles);
    reading.walk(Family.META, this::meta);
    reading.walk(Family.DICTIONARY, this::token);
    reading.walk(Family.EVENTS, this::event);
    reading.walk(Family.HISTORIES, events::inHistory);
    reading.walk(Family.EDGES, this::edge);
    reading.walk(Family.COUNTS, this::count);
    uncounted
        .long2LongEntrySet()
        .forEach(entry -> reading.attempt(Family.COUNTS, () -> key(entry), () -> missing(entry)));
    reading.walk(Family.OFFSETS, this::offset);
    events.settle(reading);
    reading.walk(Family.CATALOGUE, this::catalogue);
    reading.walk(Family.MANIFESTS, this::manifest);
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
    events.logged(event);
    require(event.sequence() <= lastSequence, "the last sequence is", lastSequence);
    requireId(Field.USER, event.user());
    requireId(Field.ENTITY, event.item());
    requireId(Field.EVENT_TYPE, event.type());
    uncounted.addTo((long) event.type() << 32 | event.item(), 1);
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
    byte kind = key.get(0);
    if (kind == Offsets.EVENT_ID) {
      events.identified(position, key, value.rewind());
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
      reading.attempt(Family.ROWS, () -> name, () -> table(manifest.number(), table));
    }
    for (int a = 0; a < manifest.artefacts().size(); a++) {
      int index = a;
      StoredArtefact artefact = manifest.artefacts().get(a);
      String name = "generation %d, artefact %s".formatted(manifest.number(), artefact.name());
      reading.attempt(Family.ROWS, () -> name, () -> artefact(manifest.number(), index, artefact));
    }
  }

  private void table(int generation, StoredTable table) {
    String name = table.shape().name();
    try {
      TableHeader header = generations.header(generation, name);
      require(header.basis().dim() == table.shape().dim(), "a basis of another dimension");
      long[] count = {1};
      generations.rows(
          generation,
          name,
          (token, size, encoding, payload) -> {
            count[0]++;
            reading.readOne();
          });
      reading.count(Family.ROWS, count[0]);
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
