package org.espalier.embeddings.store;

import org.espalier.embeddings.store.StoreException.Kind;

/** What was read from a source, stored together with how far that was; refused where it was stored before. */
record Positioned<R>(Mutation<R> read, SourcePosition position) implements Mutation<R> {

  Positioned {
    if (read.alone()) {
      throw new IllegalArgumentException(read + " cannot share a batch with a position");
    }
  }

  @Override
  public int rows() {
    return read.rows();
  }

  @Override
  public R apply(Staging staging) {
    byte[] key = Offsets.sourceKey(Tokens.encode(position.source()));
    long stored = Offsets.read(staging.get(Family.OFFSETS, key));
    if (position.from() < stored) {
      throw new StoreException(
          Kind.STALE_POSITION,
          "source %s is at %d already, so nothing of %d up to %d was stored; read on from there"
              .formatted(position.source(), stored, position.from(), position.next()));
    }
    staging.put(Family.OFFSETS, key, Offsets.value(position.next()));
    return read.apply(staging);
  }
}
