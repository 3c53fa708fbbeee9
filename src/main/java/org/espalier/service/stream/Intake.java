package org.espalier.service.stream;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.espalier.service.wire.Rejection;

/** How the records of one feed become writes. Used by several threads; a {@link Batch} by one. */
interface Intake {

  /** What one poll brought of one partition. */
  interface Batch {

    /**
     * Takes a record, in the partition's order.
     *
     * @throws Rejection when it can never be stored; the batch is as before
     */
    void add(ConsumerRecord<byte[], byte[]> record) throws Rejection;

    /**
     * Hands everything over to the store, with the position that comes after it.
     *
     * @param from the first record's offset, taken or not
     * @param next the first offset that was not read yet
     */
    Stored submit(String source, long from, long next);
  }

  /** A write on its way to the disk. */
  interface Stored {

    /**
     * Waits until it is durable.
     *
     * @throws org.espalier.embeddings.store.StoreException when nothing was stored
     */
    Outcome await();
  }

  /**
   * What became of the taken records.
   *
   * @param stored those that changed the store
   * @param duplicates events that were stored before
   */
  record Outcome(int stored, int duplicates) {}

  Batch begin();
}
