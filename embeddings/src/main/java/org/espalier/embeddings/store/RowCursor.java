package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import org.espalier.embeddings.table.Encoding;
import org.espalier.embeddings.table.RowVisitor;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;

/**
 * The row of family {@link Rows} that was read last, checked against its table's shape. Used by one
 * thread.
 */
final class RowCursor {

  private final TableShape shape;
  private final Checksum checksum = new Checksum();
  private final byte[][] payloads; // by group
  private final int[] groupOfSize; // -1 for sizes that the table does not have
  private int token;
  private int group;
  private boolean erased;
  private int crc;

  RowCursor(TableShape shape) {
    this.shape = shape;
    this.payloads = new byte[shape.groups().size()][];
    for (int g = 0; g < payloads.length; g++) {
      SizeGroup sizeGroup = shape.groups().get(g);
      payloads[g] = new byte[sizeGroup.encoding().payloadBytes(sizeGroup.size())];
    }
    this.groupOfSize = new int[shape.dim() + 1];
    for (int size = 0; size < groupOfSize.length; size++) {
      groupOfSize[size] = shape.groupOf(size);
    }
  }

  /**
   * Reads a row.
   *
   * @throws StoreException DAMAGED when it is none of this table
   */
  void read(ByteBuffer key, ByteBuffer value) {
    crc = Rows.open(checksum, key, value);
    token = key.getInt(Rows.PART_BYTES);
    byte encoding = value.get();
    int size = Short.toUnsignedInt(value.getShort());
    group = size < groupOfSize.length ? groupOfSize[size] : -1;
    if (group < 0) {
      throw Formats.damaged(Family.ROWS, key, "has size " + size + ", which its table has not");
    }
    erased = encoding == Rows.ERASED;
    if (erased) {
      crc = value.getInt();
      return;
    }
    Encoding expected = shape.groups().get(group).encoding();
    byte[] payload = payloads[group];
    if (encoding != expected.code() || value.remaining() != payload.length) {
      throw Formats.damaged(Family.ROWS, key, "is no " + expected + " row of size " + size);
    }
    value.get(payload);
  }

  /** The index of the row's group in the shape. */
  int group() {
    return group;
  }

  /** The CRC of the row as it was written, also of one that was erased since. */
  long writtenCrc() {
    return Integer.toUnsignedLong(crc);
  }

  /** Shows the row, unless it was erased. */
  void visit(RowVisitor visitor) {
    if (!erased) {
      SizeGroup of = shape.groups().get(group);
      visitor.row(token, of.size(), of.encoding(), payloads[group]);
    }
  }
}
