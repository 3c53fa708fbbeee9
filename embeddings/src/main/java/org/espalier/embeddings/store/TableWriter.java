package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;

/** Writes one table of a generation as entries of family {@link Rows}. Used once. */
final class TableWriter {

  private final TableFiles files;
  private final Checksum checksum = new Checksum();
  private final ByteBuffer key = ByteBuffer.allocateDirect(Rows.ROW_KEY_BYTES);
  private final ByteBuffer value;
  private long sum;

  private TableWriter(TableFiles files, int generation, int table, TableShape shape) {
    this.files = files;
    int payloadBytesMax = 0;
    for (SizeGroup group : shape.groups()) {
      payloadBytesMax = Math.max(payloadBytesMax, group.encoding().payloadBytes(group.size()));
    }
    this.value = ByteBuffer.allocateDirect(Rows.SEAL_BYTES + Rows.ROW_HEAD_BYTES + payloadBytesMax);
    key.put(Rows.headerKey(generation, table));
  }

  /** Returns the table's checksum. */
  static long write(TableFiles files, int generation, int table, MultiSizeTable rows) {
    TableWriter writer = new TableWriter(files, generation, table, rows.shape());
    writer.header(rows);
    rows.forEachRow(writer::row);
    return writer.sum;
  }

  private void header(MultiSizeTable table) {
    key.flip();
    put(TableHeaders.value(table.shape(), table.basis(), table.defaultRow()));
    key.clear().put(Rows.PART_BYTES - 1, Rows.ROW_PART);
  }

  private void row(int token, int size, Encoding encoding, byte[] payload) {
    key.clear().putInt(Rows.PART_BYTES, token);
    value.clear().position(Rows.SEAL_BYTES);
    value.put(encoding.code()).putShort((short) size).put(payload).flip();
    put(value);
  }

  private void put(ByteBuffer entry) {
    sum += Integer.toUnsignedLong(Rows.seal(checksum, key, entry));
    files.put(key, entry);
    key.rewind(); // RocksDB reads up to the limit and moves the position
  }
}
