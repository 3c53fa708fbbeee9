package org.espalier.embeddings.arena;

import java.time.Duration;
import org.espalier.embeddings.table.SpillTier;
import org.jspecify.annotations.Nullable;

/**
 * How much memory a table may take.
 *
 * @param ceilingBytes of rows, free slots and what is kept beside each; the token index, four bytes a
 *     token, comes on top and never spills
 * @param tier where rows go beyond that, owned by the table from its creation on; null without a ceiling
 * @param patience how long a publish waits when too many replaced rows may still be read; see {@link
 *     ArenaTable#publish}
 */
public record ArenaMemory(long ceilingBytes, @Nullable SpillTier tier, Duration patience) {

  private static final Duration PATIENCE =
      Duration.ofSeconds(10); // a loaded machine may rest a reader for seconds

  public ArenaMemory {
    if (ceilingBytes < 0 || patience.isNegative()) {
      throw new IllegalArgumentException(
          "a ceiling of %d bytes with a patience of %s: neither may be negative"
              .formatted(ceilingBytes, patience));
    }
    if (tier == null && ceilingBytes < Long.MAX_VALUE) {
      throw new IllegalArgumentException("a ceiling needs a tier to spill to");
    }
  }

  /** As much as the rows need. */
  public static ArenaMemory unlimited() {
    return new ArenaMemory(Long.MAX_VALUE, null, PATIENCE);
  }

  /** So many bytes for rows and slots; further rows go to the tier. */
  public static ArenaMemory ceiling(long bytes, SpillTier tier) {
    return new ArenaMemory(bytes, tier, PATIENCE);
  }
}
