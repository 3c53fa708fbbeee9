package org.espalier.service.ranking;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.TableHeader;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.TableShape;
import org.espalier.learning.mf.FoldIn;
import org.espalier.learning.mf.MfObjective;
import org.espalier.learning.mf.SizedGram;
import org.espalier.service.platform.MfGeneration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a generation's tables into the arena as they are stored. */
final class ModelReader {

  private static final Logger log = LoggerFactory.getLogger(ModelReader.class);

  private final Store store;

  ModelReader(Store store) {
    this.store = store;
  }

  /** Reads a generation; the model is the caller's to close. */
  ServedModel read(Manifest manifest) {
    long startNs = System.nanoTime();
    int number = manifest.number();
    Optional<MfObjective.Als> how = MfGeneration.foldIn(manifest);
    TableHeader header = store.generations().header(number, MfGeneration.ITEMS);
    SizedGram gram = new SizedGram(header.basis(), header.defaultRow());
    ArenaTable items =
        table(number, MfGeneration.ITEMS, how.isPresent() ? gram::add : (_, _) -> {});
    try {
      ArenaTable users =
          manifest.table(MfGeneration.USERS).isPresent()
              ? table(number, MfGeneration.USERS, (_, _) -> {})
              : noUsers(manifest.dim());
      FoldIn foldIn = how.map(als -> FoldIn.of(gram, als)).orElse(null);
      log.info(
          "Generation {} ({}) serves {} items and {} users from {} MB of memory, loaded in {} ms",
          number,
          manifest.model(),
          items.rowCount(),
          users.rowCount(),
          (items.bytes() + users.bytes()) >> 20,
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs));
      return new ServedModel(
          number, manifest.model(), manifest.provenance().toSequence(), items, users, foldIn);
    } catch (RuntimeException e) {
      try (items) {
        throw e;
      }
    }
  }

  /** A table of a generation without its rows. */
  ArenaTable emptyTable(int number, String name) {
    TableHeader header = store.generations().header(number, name);
    return ArenaTable.create(header.shape(), header.basis(), header.defaultRow());
  }

  /** Takes a row as it is stored: its first values, and how many. */
  private interface RowConsumer {
    void accept(float[] row, int size);
  }

  private ArenaTable table(int number, String name, RowConsumer eachRow) {
    ArenaTable table = emptyTable(number, name);
    try {
      float[] row = new float[table.dim()];
      store
          .generations()
          .rows(
              number,
              name,
              (token, size, encoding, payload) -> {
                table.publish(token, encoding, payload, row, size);
                eachRow.accept(row, size);
              });
      return table;
    } catch (RuntimeException e) {
      try (table) {
        throw e;
      }
    }
  }

  private static ArenaTable noUsers(int dim) {
    TableShape shape =
        new TableShape(MfGeneration.USERS, Field.USER.name(), dim, Projection.NESTED, List.of());
    return ArenaTable.create(shape, Basis.identity(dim), new float[dim]);
  }
}
