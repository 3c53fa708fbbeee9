package org.espalier.embeddings.store;

import it.unimi.dsi.fastutil.longs.Long2LongMap;
import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many events of each type every entity has. Held in memory; reads take no lock. The committer
 * is the only writer, so the rows hold totals and need no merging.
 *
 * <p>On disk, family {@code counts}; big-endian:
 *
 * <pre>
 * type id (4), entity id (4) → version 1, count (8)
 * </pre>
 */
public final class InteractionCounts {

  /** Takes the entities of one event type that have events. */
  public interface Visitor {
    void count(int entity, long count);
  }

  private static final byte VERSION = 1;
  private static final int PAGE_BITS = 10;
  private static final int PAGE_IDS = 1 << PAGE_BITS;
  private static final AtomicLongArray[] NO_PAGES = {};
  private static final AtomicLongArray ABSENT = new AtomicLongArray(0);

  /** By type, then page of entity ids. Only the committer replaces pages and arrays of pages. */
  private volatile AtomicLongArray[][] pagesByType = {};

  /** The committer's own: type << 32 | entity → total after the group. */
  private final Long2LongOpenHashMap staged = new Long2LongOpenHashMap();

  InteractionCounts() {}

  static InteractionCounts load(Database database) {
    InteractionCounts counts = new InteractionCounts();
    database.scan(
        Family.COUNTS,
        new byte[0],
        (key, value) -> {
          int type = key.getInt();
          int entity = key.getInt();
          counts.pageFor(type, entity).set(entity & (PAGE_IDS - 1), read(value));
          return true;
        });
    return counts;
  }

  static long read(ByteBuffer value) {
    return Formats.read(Family.COUNTS, VERSION, value).getLong();
  }

  /** Events of one type that an entity has. */
  public long of(int type, int entity) {
    AtomicLongArray[][] byType = pagesByType;
    if (type < 0 || type >= byType.length || entity < 0) {
      return 0;
    }
    AtomicLongArray[] pages = byType[type];
    int page = entity >>> PAGE_BITS;
    AtomicLongArray counts = page < pages.length ? pages[page] : ABSENT;
    return counts.length() == 0 ? 0 : counts.get(entity & (PAGE_IDS - 1));
  }

  /** Events of all types that an entity has. */
  public long total(int entity) {
    long total = 0;
    for (int type = 0; type < pagesByType.length; type++) {
      total += of(type, entity);
    }
    return total;
  }

  /** Visits the entities that have events of a type, by id. */
  public void forEach(int type, Visitor visitor) {
    AtomicLongArray[][] byType = pagesByType;
    if (type < 0 || type >= byType.length) {
      return;
    }
    AtomicLongArray[] pages = byType[type];
    for (int page = 0; page < pages.length; page++) {
      AtomicLongArray counts = pages[page];
      for (int i = 0; i < counts.length(); i++) {
        long count = counts.get(i);
        if (count != 0) {
          visitor.count(page << PAGE_BITS | i, count);
        }
      }
    }
  }

  /** Committer only. */
  void stage(int type, int entity, int change) {
    long key = (long) type << 32 | entity;
    long before = staged.containsKey(key) ? staged.get(key) : of(type, entity);
    staged.put(key, before + change);
  }

  /** Committer only: puts the staged totals into the batch, and makes room for them in memory. */
  void seal(Staging staging) {
    for (Long2LongMap.Entry entry : staged.long2LongEntrySet()) {
      int type = (int) (entry.getLongKey() >>> 32);
      int entity = (int) entry.getLongKey();
      byte[] key = ByteBuffer.allocate(8).putInt(type).putInt(entity).array();
      long total = entry.getLongValue();
      if (total == 0) {
        staging.delete(Family.COUNTS, key);
      } else {
        staging.put(Family.COUNTS, key, ByteBuffer.allocate(9).put(VERSION).putLong(total).array());
      }
      pageFor(type, entity);
    }
  }

  /** Committer only. */
  void publish() {
    for (Long2LongMap.Entry entry : staged.long2LongEntrySet()) {
      int entity = (int) entry.getLongKey();
      pageFor((int) (entry.getLongKey() >>> 32), entity)
          .set(entity & (PAGE_IDS - 1), entry.getLongValue());
    }
    staged.clear();
  }

  /** Committer only. */
  void discard() {
    staged.clear();
  }

  private AtomicLongArray pageFor(int type, int entity) {
    AtomicLongArray[][] byType = pagesByType;
    if (type >= byType.length) {
      int before = byType.length;
      byType = Arrays.copyOf(byType, type + 1);
      Arrays.fill(byType, before, byType.length, NO_PAGES);
      pagesByType = byType;
    }
    AtomicLongArray[] pages = byType[type];
    int page = entity >>> PAGE_BITS;
    if (page < pages.length && pages[page].length() != 0) {
      return pages[page];
    }
    int before = pages.length;
    pages = Arrays.copyOf(pages, Math.max(before, page + 1));
    Arrays.fill(pages, before, pages.length, ABSENT);
    AtomicLongArray made = new AtomicLongArray(PAGE_IDS);
    pages[page] = made;
    byType = byType.clone();
    byType[type] = pages;
    pagesByType = byType;
    return made;
  }
}
