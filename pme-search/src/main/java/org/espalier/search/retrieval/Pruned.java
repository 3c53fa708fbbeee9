package org.espalier.search.retrieval;

import java.util.stream.IntStream;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.embeddings.table.MultiSizeTableBuilder;
import org.espalier.learning.mf.MfModel;

/**
 * Pruned tables of a factorisation.
 *
 * @param model the rows, zero where a token owns nothing
 * @param support what each token owns
 * @param space the coordinates that rows could have; {@link #model} is zero beyond them
 * @param validation NDCG@20 on the validation slice; NaN without one
 */
public record Pruned(MfModel model, Support support, int space, double validation) {

  /** Bytes of the stored numbers in single precision, with what says where they belong. */
  public long embeddingBytes() {
    return Float.BYTES * support.numbers() + support.indexBytes();
  }

  /**
   * The users' table, of {@link #space} dimensions.
   *
   * @param ids ids[u] is the token of user u
   * @throws IllegalStateException when rows have gaps
   */
  public MultiSizeTable userTable(String name, String field, int[] ids) {
    return table(name, field, ids, model.userVectors(), 0);
  }

  /** The items' table, of {@link #space} dimensions. */
  public MultiSizeTable itemTable(String name, String field, int[] ids) {
    return table(name, field, ids, model.itemVectors(), support.userCount());
  }

  private MultiSizeTable table(String name, String field, int[] ids, float[] rows, int firstToken) {
    if (!support.nested()) {
      throw new IllegalStateException("a table cannot hold rows with gaps");
    }
    MultiSizeTableBuilder builder = MultiSizeTable.builder(name, field, space);
    builder.sizes(IntStream.rangeClosed(0, space).toArray());
    for (int r = 0; r < ids.length; r++) {
      builder.add(ids[r], rows, r * model.dim(), support.size(firstToken + r));
    }
    return builder.build();
  }
}
