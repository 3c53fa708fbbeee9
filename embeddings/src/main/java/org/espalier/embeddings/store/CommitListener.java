package org.espalier.embeddings.store;

/**
 * Hears of every group of writes, in order, after it is durable and before its callers return: who
 * sees an acknowledgement also sees what listeners did. Runs on the committer's thread, so it must be
 * quick and must not write to the store.
 */
@FunctionalInterface
public interface CommitListener {
  void committed(Commit commit);
}
