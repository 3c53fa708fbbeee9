package org.espalier.kgat.refresh;

/** Takes the final vectors that changed, in the refreshing thread. */
public interface VectorSink {

  /**
   * A user's vector changed; it lies at {@code vector[0 .. finalSize)} and is overwritten after the call.
   */
  void user(int user, float[] vector);

  /** An entity's vector changed. */
  void entity(int entity, float[] vector);

  /** A user was removed. */
  void removedUser(int user);

  /** An entity was removed. */
  void removedEntity(int entity);
}
