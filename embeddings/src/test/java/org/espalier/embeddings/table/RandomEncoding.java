package org.espalier.embeddings.table;

import java.util.List;
import java.util.Random;

/** Draws encodings for tests. */
public final class RandomEncoding {

  private static final List<Encoding> ALL = List.of(Encoding.values());

  private RandomEncoding() {}

  /** Each as likely as the others. */
  public static Encoding next(Random random) {
    return ALL.get(random.nextInt(ALL.size()));
  }
}
