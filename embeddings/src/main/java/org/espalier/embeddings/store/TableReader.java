package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import org.espalier.embeddings.table.RowVisitor;
import org.espalier.embeddings.table.SizeGroup;

/** Reads one table of a generation and checks all of it against the manifest. Used by one thread. */
final class TableReader {

  private final Database database;
  private final int generation;
  private final int table;
  private final StoredTable stored;
  private final Checksum checksum = new Checksum();

  TableReader(Database database, int generation, int table, StoredTable stored) {
    this.database = database;
    this.generation = generation;
    this.table = table;
    this.stored = stored;
  }

  TableHeader header() {
    ByteBuffer value = headerValue();
    openHeader(value);
    return TableHeaders.read(stored.shape(), value);
  }

  RowLookup lookup() {
    return new RowLookup(database, generation, table, header());
  }

  void rows(RowVisitor visitor) {
    Rowwise scan = new Rowwise(visitor, openHeader(headerValue()));
    byte[] from = Rows.rowsKey(generation, table);
    database.scan(Family.ROWS, from, from.length, scan);
    scan.requireAll();
  }

  private ByteBuffer headerValue() {
    byte[] value = database.get(Family.ROWS, Rows.headerKey(generation, table));
    if (value == null) {
      throw damaged("has lost its header");
    }
    return ByteBuffer.wrap(value);
  }

  private int openHeader(ByteBuffer value) {
    return Rows.open(checksum, ByteBuffer.wrap(Rows.headerKey(generation, table)), value);
  }

  private StoreException damaged(String how) {
    return new StoreException(
        StoreException.Kind.DAMAGED,
        "table %s of generation %d %s; activate another generation and delete this one"
            .formatted(stored.shape().name(), generation, how));
  }

  private final class Rowwise implements Database.RowReader {

    private final RowVisitor visitor;
    private final RowCursor cursor = new RowCursor(stored.shape());
    private final int[] counts = new int[stored.shape().groups().size()]; // erased rows among them
    private long sum;

    Rowwise(RowVisitor visitor, int headerChecksum) {
      this.visitor = visitor;
      this.sum = Integer.toUnsignedLong(headerChecksum);
    }

    @Override
    public boolean row(ByteBuffer key, ByteBuffer value) {
      cursor.read(key, value);
      counts[cursor.group()]++;
      sum += cursor.writtenCrc();
      cursor.visit(visitor);
      return true;
    }

    void requireAll() {
      for (int g = 0; g < counts.length; g++) {
        SizeGroup group = stored.shape().groups().get(g);
        if (counts[g] != group.rows()) {
          throw damaged(
              "has %d rows of size %d, its manifest says %d"
                  .formatted(counts[g], group.size(), group.rows()));
        }
      }
      if (sum != stored.checksum()) {
        throw damaged("does not match its checksum");
      }
    }
  }
}
