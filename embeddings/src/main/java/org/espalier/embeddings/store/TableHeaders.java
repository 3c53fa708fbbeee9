package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;

/**
 * A table's header in family {@link Rows}, what its rows cannot be read without:
 *
 * <pre>
 * default row (D floats), number of matrices (2), each: size (2), directions (size × D floats)
 * </pre>
 *
 * A nested table along the axes has no matrix, along other directions one of size D; a projected one
 * has a matrix for every size but 0.
 */
final class TableHeaders {

  private TableHeaders() {}

  /** The value with room for its seal; its limit is its end. */
  static ByteBuffer value(TableShape shape, Basis basis, float[] defaultRow) {
    Map<Integer, float[]> matrices = matrices(shape, basis);
    int bytes = Rows.SEAL_BYTES + 4 * shape.dim() + 2;
    for (float[] matrix : matrices.values()) {
      bytes = Math.addExact(bytes, 2 + 4 * matrix.length);
    }
    ByteBuffer value = ByteBuffer.allocateDirect(bytes).position(Rows.SEAL_BYTES);
    putFloats(value, defaultRow);
    value.putShort((short) matrices.size());
    matrices.forEach((size, matrix) -> {
      value.putShort((short) (int) size);
      putFloats(value, matrix);
    });
    return value.flip();
  }

  /** Reads a value whose seal is open. */
  static TableHeader read(TableShape shape, ByteBuffer body) {
    float[] defaultRow = floats(body, shape.dim());
    Map<Integer, float[]> matrices = new HashMap<>();
    for (int left = Short.toUnsignedInt(body.getShort()); left > 0; left--) {
      int size = Short.toUnsignedInt(body.getShort());
      matrices.put(size, floats(body, size * shape.dim()));
    }
    return new TableHeader(shape, basis(shape, matrices), defaultRow);
  }

  private static Map<Integer, float[]> matrices(TableShape shape, Basis basis) {
    Map<Integer, float[]> matrices = new LinkedHashMap<>();
    if (shape.projection() == Projection.NESTED) {
      basis.directions(shape.dim()).ifPresent(directions -> matrices.put(shape.dim(), directions));
    } else {
      for (SizeGroup group : shape.groups()) {
        if (group.size() > 0) {
          basis
              .directions(group.size())
              .ifPresent(directions -> matrices.put(group.size(), directions));
        }
      }
    }
    return matrices;
  }

  private static Basis basis(TableShape shape, Map<Integer, float[]> matrices) {
    if (shape.projection() == Projection.PROJECTED) {
      return Basis.projected(shape.dim(), matrices);
    }
    float[] rotation = matrices.get(shape.dim());
    return rotation == null ? Basis.identity(shape.dim()) : Basis.rotated(shape.dim(), rotation);
  }

  private static void putFloats(ByteBuffer to, float[] floats) {
    to.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(floats);
    to.position(to.position() + 4 * floats.length);
  }

  private static float[] floats(ByteBuffer from, int count) {
    float[] floats = new float[count];
    from.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    from.position(from.position() + 4 * count);
    return floats;
  }
}
