package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes records of the catalogue, each under its own version check. */
final class PutRecords implements Mutation<List<PutResult>> {

  private final Catalogue.Kind kind;
  private final List<CatalogueUpdate> updates;

  PutRecords(Catalogue.Kind kind, List<CatalogueUpdate> updates) {
    this.kind = kind;
    this.updates = List.copyOf(updates);
  }

  @Override
  public int rows() {
    return Math.max(1, updates.size());
  }

  @Override
  public List<PutResult> apply(Staging staging) {
    return updates.stream().map(update -> put(staging, update)).toList();
  }

  private PutResult put(Staging staging, CatalogueUpdate update) {
    byte[] token = Tokens.encode(update.id());
    int known = staging.dictionary().findOrStaged(kind.field(), token);
    CatalogueRecord before = known < 0 ? null : read(staging, kind, known);
    long version = before == null ? 0 : before.version();
    long expected = update.ifVersion();
    boolean matches =
        expected == CatalogueUpdate.ANY_VERSION
            || expected == version
            || (expected == CatalogueUpdate.NOT_THERE && before != null && before.deleted());
    if (!matches) {
      return new PutResult(false, version);
    }
    int id = staging.intern(kind.field(), token);
    CatalogueRecord record =
        new CatalogueRecord(
            id,
            version + 1,
            update.timeMs(),
            update.hidden(),
            false,
            update.categories(),
            update.fieldsJson());
    write(staging, kind, record);
    return new PutResult(true, record.version());
  }

  static @Nullable CatalogueRecord read(Staging staging, Catalogue.Kind kind, int id) {
    byte[] value = staging.get(Family.CATALOGUE, Catalogue.key(kind, id));
    return value == null ? null : Catalogue.read(id, ByteBuffer.wrap(value));
  }

  static void write(Staging staging, Catalogue.Kind kind, CatalogueRecord record) {
    staging.put(Family.CATALOGUE, Catalogue.key(kind, record.id()), Catalogue.value(record));
    switch (kind) {
      case ITEM -> staging.changeItemRecord(record.id());
      case USER -> staging.touchUser(record.id());
    }
  }
}
