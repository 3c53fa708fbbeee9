package org.espalier.embeddings.arena;

import java.util.List;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.table.Basis;
import org.espalier.embeddings.table.Projection;
import org.espalier.embeddings.table.SizeGroup;
import org.espalier.embeddings.table.TableShape;

/** One query in the coordinates of every size group: {@code values[at[g] ..]} is that of group g. */
final class ProjectedQuery {

  private float[] values = {};
  private int[] at = {};
  private float[] norms = {};

  float[] values() {
    return values;
  }

  int at(int group) {
    return at[group];
  }

  /** The norm in the coordinates of a group, or a little more. */
  float norm(int group) {
    return norms[group];
  }

  /** Projects a query of the model's space; reuses the buffers of the last one. */
  void project(float[] query, TableShape shape, Basis basis, float[] defaultRow) {
    List<SizeGroup> groups = shape.groups();
    boolean nested = basis.projection() == Projection.NESTED;
    reserve(shape, nested);
    int next = 0;
    if (nested) { // smaller sizes read a prefix
      basis.projectQuery(query, shape.dim(), values, 0);
      next = shape.dim();
    }
    for (int g = 0; g < groups.size(); g++) {
      int size = groups.get(g).size();
      at[g] = nested && size > 0 ? 0 : next;
      if (size == 0) {
        values[next++] = FloatKernels.best().dot(query, 0, defaultRow, 0, shape.dim());
      } else if (!nested) {
        basis.projectQuery(query, size, values, next);
        next += size;
      }
      norms[g] = Norms.above(values, at[g], Math.max(1, size));
    }
  }

  private void reserve(TableShape shape, boolean nested) {
    if (at.length == 0) { // a seat serves one table, so once
      int all = nested ? shape.dim() : shape.groups().stream().mapToInt(SizeGroup::size).sum();
      values = new float[all + 1];
      at = new int[shape.groups().size()];
      norms = new float[at.length];
    }
  }
}
