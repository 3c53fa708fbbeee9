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

  /** A user's newest interactions up to a position of the log. */
  Interactions interactions(int user, long through) {
    InteractionScan scan = new InteractionScan(through);
    read(user, scan);
    return new Interactions(scan.items, scan.lastSequence);
  }

  /**
   * Items that a user's newest events of some types are about.
   *
   * @param sinceMs only events that are no older
   * @param through only events up to this position of the log
   */
  RoaringBitmap items(int user, IntPredicate types, long sinceMs, long through) {
    RoaringBitmap items = new RoaringBitmap();
    read(
        user,
        new Scan(through) {
          @Override
          boolean take(int item, int type, long timeMs, long sequence) {
            if (timeMs < sinceMs) {
              return false; // all that follow are older
            }
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

    InteractionScan(long through) {
      super(through);
    }

    @Override
    boolean take(int item, int type, long timeMs, long sequence) {
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
    private final long through;
    private int rows;
    private int pageRows;
    private long timeMs;
    private long sequence;
    private boolean enough;

    Scan(long through) {
      this.through = through;
    }

    /** Returns whether more are wanted. */
    abstract boolean take(int item, int type, long timeMs, long sequence);

    boolean more(int page) {
      return !enough && pageRows == page;
    }

    @Override
    public void event(int item, int type, float value, long eventTimeMs, long eventSequence) {
      rows++;
      pageRows++;
      timeMs = eventTimeMs;
      sequence = eventSequence;
      enough =
          enough || (eventSequence <= through && !take(item, type, eventTimeMs, eventSequence));
    }
  }
}
