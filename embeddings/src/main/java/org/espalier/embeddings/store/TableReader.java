package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.RowVisitor;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;

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
    private final byte[][] payloads; // by group
    private final int[] counts; // by group, erased rows among them
    private final int[] groupOfSize; // -1 for sizes that the table does not have
    private long sum;

    Rowwise(RowVisitor visitor, int headerChecksum) {
      TableShape shape = stored.shape();
      this.visitor = visitor;
      this.payloads = new byte[shape.groups().size()][];
      this.counts = new int[payloads.length];
      this.groupOfSize = new int[shape.dim() + 1];
      for (int size = 0; size < groupOfSize.length; size++) {
        groupOfSize[size] = shape.groupOf(size);
      }
      for (int g = 0; g < payloads.length; g++) {
        SizeGroup group = shape.groups().get(g);
        payloads[g] = new byte[group.encoding().payloadBytes(group.size())];
      }
      this.sum = Integer.toUnsignedLong(headerChecksum);
    }

    @Override
    public boolean row(ByteBuffer key, ByteBuffer value) {
      int crc = Rows.open(checksum, key, value);
      byte encoding = value.get();
      int size = Short.toUnsignedInt(value.getShort());
      int group = size < groupOfSize.length ? groupOfSize[size] : -1;
      if (group < 0) {
        throw Formats.damaged(Family.ROWS, key, "has size " + size + ", which its table has not");
      }
      counts[group]++;
      if (encoding == Rows.ERASED) {
        sum += Integer.toUnsignedLong(value.getInt());
        return true;
      }
      sum += Integer.toUnsignedLong(crc);
      Encoding expected = stored.shape().groups().get(group).encoding();
      byte[] payload = payloads[group];
      if (encoding != expected.code() || value.remaining() != payload.length) {
        throw Formats.damaged(Family.ROWS, key, "is no " + expected + " row of size " + size);
      }
      value.get(payload);
      visitor.row(key.getInt(Rows.PART_BYTES), size, expected, payload);
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
