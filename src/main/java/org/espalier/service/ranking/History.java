package org.espalier.service.ranking;

import it.unimi.dsi.fastutil.ints.Int2FloatLinkedOpenHashMap;
import java.util.function.IntPredicate;
import org.espalier.embeddings.store.Histories;
import org.espalier.service.platform.TypeWeights;
import org.roaringbitmap.RoaringBitmap;

/** Reads the newest part of users' histories, as far as the settings allow. */
final class History {

  private static final int PAGE_ROWS = 512;

  private final Histories histories;
  private final TypeWeights weights;
  private final RankingProperties properties;

  History(Histories histories, TypeWeights weights, RankingProperties properties) {
    this.histories = histories;
    this.weights = weights;
    this.properties = properties;
  }

  /**
   * What a user has chosen.
   *
   * @param items item → the greatest weight of its events, newest first
   * @param lastSequence the log's last sequence among the events that were read; 0 for none
   */
  record Interactions(Int2FloatLinkedOpenHashMap items, long lastSequence) {}

  /** A user's newest interactions. */
  Interactions interactions(int user) {
    InteractionScan scan = new InteractionScan();
    read(user, scan);
    return new Interactions(scan.items, scan.lastSequence);
  }

  /** Items that a user's newest events of some types are about. */
  RoaringBitmap items(int user, IntPredicate types) {
    RoaringBitmap items = new RoaringBitmap();
    read(
        user,
        new Scan() {
          @Override
          boolean take(int item, int type, long sequence) {
            if (types.test(type)) {
              items.add(item);
            }
            return true;
          }
        });
    return items;
  }

  private void read(int user, Scan scan) {
    int page = Math.min(PAGE_ROWS, properties.historyRows());
    histories.latest(user, page, scan);
    while (scan.more(page) && scan.rows < properties.historyRows()) {
      page = Math.min(PAGE_ROWS, properties.historyRows() - scan.rows);
      scan.pageRows = 0;
      histories.olderThan(user, scan.timeMs, scan.sequence, page, scan);
    }
  }

  private final class InteractionScan extends Scan {
    private final Int2FloatLinkedOpenHashMap items = new Int2FloatLinkedOpenHashMap();
    private long lastSequence;

    @Override
    boolean take(int item, int type, long sequence) {
      lastSequence = Math.max(lastSequence, sequence);
      float weight = weights.of(type);
      if (weight > 0 && weight > items.get(item)) {
        items.put(item, weight);
      }
      return items.size() < properties.historyInteractions();
    }
  }

  /** Goes through a history page by page until somebody has enough. */
  private abstract static class Scan implements Histories.Visitor {
    private int rows;
    private int pageRows;
    private long timeMs;
    private long sequence;
    private boolean enough;

    /** Returns whether more are wanted. */
    abstract boolean take(int item, int type, long sequence);

    boolean more(int page) {
      return !enough && pageRows == page;
    }

    @Override
    public void event(int item, int type, float value, long eventTimeMs, long eventSequence) {
      rows++;
      pageRows++;
      timeMs = eventTimeMs;
      sequence = eventSequence;
      enough = enough || !take(item, type, eventSequence);
    }
  }
}
