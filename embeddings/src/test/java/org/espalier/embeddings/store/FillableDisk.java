package org.espalier.embeddings.store;

import java.nio.file.Path;

/** A disk under a store that can be made full and have room again, for tests of whoever uses the store. */
public final class FillableDisk {

  private final FaultyDisk disk = new FaultyDisk();

  public Store open(Path directory, StoreOptions options) {
    return Store.open(directory, options, disk);
  }

  public void fill() {
    disk.setFreeBytes(0);
  }

  public void makeRoom() {
    disk.setFreeBytes(Long.MAX_VALUE);
  }
}
