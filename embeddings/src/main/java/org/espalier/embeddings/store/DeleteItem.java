package org.espalier.embeddings.store;

import java.util.List;
import java.util.Optional;

/**
 * Leaves a tombstone in the place of an item's record. Its events stay: they are its users' history,
 * and its id must keep its meaning.
 */
final class DeleteItem implements Mutation<Optional<PutResult>> {

  private final byte[] token;
  private final long timeMs;
  private final long ifVersion;

  DeleteItem(String id, long timeMs, long ifVersion) {
    this.token = Tokens.encode(id);
    this.timeMs = timeMs;
    this.ifVersion = ifVersion;
  }

  @Override
  public int rows() {
    return 1;
  }

  @Override
  public Optional<PutResult> apply(Staging staging) {
    int id = staging.dictionary().findOrStaged(Field.ENTITY, token);
    if (id < 0) {
      return Optional.empty();
    }
    CatalogueRecord before = PutRecords.read(staging, Catalogue.Kind.ITEM, id);
    long version = before == null ? 0 : before.version();
    if (ifVersion != CatalogueUpdate.ANY_VERSION && ifVersion != version) {
      return Optional.of(new PutResult(false, version));
    }
    if (before != null && before.deleted()) {
      return Optional.of(new PutResult(true, version));
    }
    PutRecords.write(
        staging,
        Catalogue.Kind.ITEM,
        new CatalogueRecord(id, version + 1, timeMs, false, true, List.of(), "{}"));
    return Optional.of(new PutResult(true, version + 1));
  }
}
