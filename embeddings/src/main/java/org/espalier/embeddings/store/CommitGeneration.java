package org.espalier.embeddings.store;

import java.util.List;
import java.util.Optional;

/**
 * Names a generation whose rows are in the database by writing its manifest. In the same batch the
 * rows go whose tokens were erased while it was being made: later erasures see the manifest.
 */
final class CommitGeneration implements Mutation<Integer> {

  private final Manifest manifest;

  CommitGeneration(Manifest manifest) {
    this.manifest = manifest;
  }

  @Override
  public int rows() {
    return 1;
  }

  @Override
  public boolean alone() {
    return true;
  }

  @Override
  public boolean alwaysSync() {
    return true;
  }

  @Override
  public Integer apply(Staging staging) {
    List<StoredTable> tables = manifest.tables();
    for (int t = 0; t < tables.size(); t++) {
      Optional<Field> field = staging.dictionary().field(tables.get(t).shape().field());
      if (field.isPresent()) {
        eraseErased(staging, t, field.get());
      }
    }
    staging.put(Family.MANIFESTS, Manifests.key(manifest.number()), Manifests.value(manifest));
    return manifest.number();
  }

  private void eraseErased(Staging staging, int table, Field field) {
    Dictionary dictionary = staging.dictionary();
    for (int token = 0; token < dictionary.size(field); token++) {
      if (dictionary.isErased(field, token)) {
        Rows.erase(staging, manifest.number(), table, token);
      }
    }
  }
}
