package org.espalier.bench;

import org.espalier.kgat.refresh.VectorSink;

/** Drops all vectors. */
final class Nowhere implements VectorSink {

  @Override
  public void user(int user, float[] vector) {}

  @Override
  public void entity(int entity, float[] vector) {}

  @Override
  public void removedUser(int user) {}

  @Override
  public void removedEntity(int entity) {}
}
