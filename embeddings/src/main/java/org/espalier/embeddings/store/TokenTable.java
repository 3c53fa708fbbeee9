package org.espalier.embeddings.store;

import it.unimi.dsi.fastutil.objects.Object2IntOpenHashMap;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One field's tokens: token → dense int id and back, in memory. Open addressing over UTF-8 bytes in
 * chunks; about 20 bytes a token beside its own.
 *
 * <p>One thread writes (the committer), any number read without locks. Protocol: {@link #stage} first
 * writes a token's bytes, then its position, then {@code reachable}; {@link #publish} puts it into
 * {@code slots} with release stores and then moves {@code size}. A reader that acquires a slot, or
 * sees {@code reachable} beyond an id, therefore sees the whole token. Staged tokens are not found by
 * {@link #find}, but {@link #token} already knows them, because a row that names them can be read
 * from the database a moment before {@code publish} runs. {@link #discard} takes staged tokens back:
 * no reader can have met their ids, since no row with them was written.
 */
final class TokenTable {

  /** What {@link #token} answers for an erased one; no token is empty. */
  static final String ERASED_TOKEN = "";

  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Tokens whose memory is asked for together. */
  private static final int TOGETHER = 64;

  private static final int CHUNK_BITS = 18;
  private static final int CHUNK_BYTES = 1 << CHUNK_BITS;
  private static final int PAGE_BITS = 14;
  private static final int PAGE_IDS = 1 << PAGE_BITS;
  private static final long ERASED = -1;

  /** A slot is hash << 32 | id + 1; 0 is free, and a low half of 0 otherwise is a removed entry. */
  private static final long REMOVED = 1L << 32;

  /** Of this process only, so that nobody can choose tokens that collide. */
  private final long seed = ThreadLocalRandom.current().nextLong();

  /** Tokens: two bytes of length, then UTF-8. A token does not cross chunks. */
  private volatile byte[][] chunks = {};

  /** id → chunk << CHUNK_BITS | offset, or ERASED. */
  private volatile long[][] positions = {};

  private volatile long[] slots = new long[1024];
  private volatile int reachable;
  private volatile int size;

  // The writer's own.
  private final Object2IntOpenHashMap<ByteKey> staged = new Object2IntOpenHashMap<>();
  private long writeAt;
  private int usedSlots;

  TokenTable() {
    staged.defaultReturnValue(-1);
  }

  /** Published ids are 0 to size - 1, erased ones included. */
  int size() {
    return size;
  }

  /** The id of a published token, or -1. Allocates nothing. */
  int find(byte[] utf8, int at, int length) {
    return find(hash(utf8, at, length), utf8, at, length);
  }

  /** The ids of many tokens, -1 for those that are not published. */
  int[] find(byte[][] tokens) {
    int[] ids = new int[tokens.length];
    int[] hashes = new int[TOGETHER];
    for (int from = 0; from < ids.length; from += TOGETHER) {
      int count = Math.min(TOGETHER, ids.length - from);
      for (int i = 0; i < count; i++) {
        byte[] utf8 = tokens[from + i];
        hashes[i] = hash(utf8, 0, utf8.length);
      }
      ids[from] = touch(hashes, count); // replaced below; used, so that no read is dropped
      for (int i = 0; i < count; i++) {
        byte[] utf8 = tokens[from + i];
        ids[from + i] = find(hashes[i], utf8, 0, utf8.length);
      }
    }
    return ids;
  }

  /**
   * Has the slots, then the positions, then the bytes of some tokens on their way into the cache together: a lookup takes
   * so many instructions that the processor would wait for each of the three alone. Follows the first slot only, and
   * what it returns means nothing.
   */
  private int touch(int[] hashes, int count) {
    long[] table = slots;
    int mask = table.length - 1;
    int bits = 0;
    for (int i = 0; i < count; i++) {
      bits += (int) (long) LONGS.getOpaque(table, hashes[i] & mask);
    }
    for (int i = 0; i < count; i++) {
      int id = firstId(table, hashes[i]);
      bits += id < 0 ? 0 : (int) position(id);
    }
    for (int i = 0; i < count; i++) {
      int id = firstId(table, hashes[i]);
      long position = id < 0 ? ERASED : position(id);
      if (position != ERASED) {
        bits += chunks[(int) (position >>> CHUNK_BITS)][(int) position & (CHUNK_BYTES - 1)];
      }
    }
    return bits;
  }

  /** The id in the slot where the search for a hash begins, or -1. */
  private static int firstId(long[] table, int hash) {
    long slot = (long) LONGS.getAcquire(table, hash & (table.length - 1));
    return (int) (slot >>> 32) == hash ? (int) slot - 1 : -1;
  }

  private int find(int hash, byte[] utf8, int at, int length) {
    long[] table = slots;
    int mask = table.length - 1;
    for (int i = hash & mask; ; i = (i + 1) & mask) {
      long slot = (long) LONGS.getAcquire(table, i);
      if (slot == 0) {
        return -1;
      }
      int id = (int) slot - 1;
      if ((int) (slot >>> 32) == hash && id >= 0 && equalsToken(id, utf8, at, length)) {
        return id;
      }
    }
  }

  /**
   * The token of an id; empty when it was erased.
   *
   * @throws IndexOutOfBoundsException for an id that was never given
   */
  String token(int id) {
    if (id < 0 || id >= reachable) {
      throw new IndexOutOfBoundsException("id " + id + " is not one of " + reachable);
    }
    long position = position(id);
    if (position == ERASED) {
      return ERASED_TOKEN;
    }
    byte[] chunk = chunks[(int) (position >>> CHUNK_BITS)];
    int at = (int) position & (CHUNK_BYTES - 1);
    String token = new String(chunk, at + 2, length(chunk, at), StandardCharsets.UTF_8);
    // erase() marks the position before it wipes the bytes, so whoever read a wiped byte sees the
    // mark
    VarHandle.loadLoadFence();
    return position(id) == ERASED ? ERASED_TOKEN : token;
  }

  boolean isErased(int id) {
    return id >= 0 && id < reachable && position(id) == ERASED;
  }

  /** Writer only: the id of a token that is published or staged, or -1. */
  int findOrStaged(byte[] utf8) {
    int id = find(utf8, 0, utf8.length);
    return id >= 0 || staged.isEmpty() ? id : staged.getInt(new ByteKey(utf8));
  }

  /** Writer only: gives a new token the next id, not yet to be found by readers. */
  int stage(byte[] utf8) {
    int id = append(utf8);
    makeRoom(); // now, so that publish() allocates nothing and cannot fail
    staged.put(new ByteKey(utf8), id);
    return id;
  }

  /** Writer only: the same without {@link #findOrStaged}, for loading what is known to be distinct. */
  int append(byte[] utf8) {
    int id = reachable;
    if (id == Integer.MAX_VALUE - 8) {
      throw new IllegalStateException("a field holds at most " + id + " tokens");
    }
    int needed = 2 + utf8.length;
    if ((writeAt & (CHUNK_BYTES - 1)) + needed > CHUNK_BYTES) {
      writeAt = ((writeAt >>> CHUNK_BITS) + 1) << CHUNK_BITS;
    }
    byte[] chunk = chunkFor((int) (writeAt >>> CHUNK_BITS));
    int at = (int) writeAt & (CHUNK_BYTES - 1);
    chunk[at] = (byte) (utf8.length >>> 8);
    chunk[at + 1] = (byte) utf8.length;
    System.arraycopy(utf8, 0, chunk, at + 2, utf8.length);
    place(id, writeAt);
    writeAt += needed;
    return id;
  }

  /** Writer only: takes the next id for a token whose bytes are gone, and returns it. */
  int appendErased() {
    int id = reachable;
    place(id, ERASED);
    return id;
  }

  /** Writer only: lets readers find what was staged. */
  void publish() {
    int from = size;
    int to = reachable;
    if (from == to) {
      return;
    }
    makeRoom(); // once for all that were appended and not staged
    for (int id = from; id < to; id++) {
      long position = position(id);
      if (position != ERASED) {
        byte[] chunk = chunks[(int) (position >>> CHUNK_BITS)];
        int at = (int) position & (CHUNK_BYTES - 1);
        insert(slots, hash(chunk, at + 2, length(chunk, at)), id);
        usedSlots++;
      }
    }
    size = to;
    staged.clear();
  }

  /** Writer only: forgets what was staged; the ids are given again. */
  void discard() {
    int from = size;
    if (reachable == from) {
      return;
    }
    writeAt = position(from);
    reachable = from;
    staged.clear();
  }

  /** Writer only: makes a published token irrecoverable; its id stays taken. */
  void erase(int id) {
    long position = position(id);
    if (position == ERASED) {
      return;
    }
    byte[] chunk = chunks[(int) (position >>> CHUNK_BITS)];
    int at = (int) position & (CHUNK_BYTES - 1);
    int length = length(chunk, at);
    remove(hash(chunk, at + 2, length), id);
    LONGS.setRelease(positions[id >>> PAGE_BITS], id & (PAGE_IDS - 1), ERASED);
    VarHandle.storeStoreFence();
    Arrays.fill(chunk, at + 2, at + 2 + length, (byte) 0);
  }

  private boolean equalsToken(int id, byte[] utf8, int from, int length) {
    long position = position(id);
    if (position == ERASED) {
      return false;
    }
    byte[] chunk = chunks[(int) (position >>> CHUNK_BITS)];
    int at = (int) position & (CHUNK_BYTES - 1);
    return length(chunk, at) == length
        && Arrays.equals(chunk, at + 2, at + 2 + length, utf8, from, from + length);
  }

  private long position(int id) {
    return (long) LONGS.getAcquire(positions[id >>> PAGE_BITS], id & (PAGE_IDS - 1));
  }

  private void place(int id, long position) {
    int page = id >>> PAGE_BITS;
    if (page == positions.length) {
      long[][] grown = Arrays.copyOf(positions, page + 1);
      grown[page] = new long[PAGE_IDS];
      positions = grown;
    }
    LONGS.setRelease(positions[page], id & (PAGE_IDS - 1), position);
    reachable = id + 1;
  }

  private byte[] chunkFor(int index) {
    if (index == chunks.length) {
      byte[][] grown = Arrays.copyOf(chunks, index + 1);
      grown[index] = new byte[CHUNK_BYTES];
      chunks = grown;
    }
    return chunks[index];
  }

  /** Keeps at least a third of the slots free for everything published and staged. */
  private void makeRoom() {
    int wanted = usedSlots + (reachable - size);
    long[] table = slots;
    int length = table.length;
    while (wanted * 3L > length * 2L) {
      length = Math.multiplyExact(length, 2);
    }
    if (length == table.length) {
      return;
    }
    long[] grown = new long[length];
    int kept = 0;
    for (long slot : table) {
      if ((int) slot != 0) {
        insert(grown, (int) (slot >>> 32), (int) slot - 1);
        kept++;
      }
    }
    usedSlots = kept;
    slots = grown;
  }

  private static void insert(long[] table, int hash, int id) {
    int mask = table.length - 1;
    int i = hash & mask;
    while (table[i] != 0) {
      i = (i + 1) & mask;
    }
    LONGS.setRelease(table, i, (long) hash << 32 | (id + 1));
  }

  private void remove(int hash, int id) {
    long[] table = slots;
    int mask = table.length - 1;
    long wanted = (long) hash << 32 | (id + 1);
    int i = hash & mask;
    while (table[i] != wanted) {
      i = (i + 1) & mask;
    }
    LONGS.setRelease(table, i, REMOVED); // still counts as used, until the next growth drops it
  }

  private static int length(byte[] chunk, int at) {
    return (chunk[at] & 0xff) << 8 | (chunk[at + 1] & 0xff);
  }

  /**
   * Eight bytes a step, multiply and fold; never stored, so it may change. The upper half is taken of one more fold,
   * because only there every bit of the last word counts.
   */
  int hash(byte[] bytes, int at, int length) {
    long hash = seed + length * 0x9E3779B97F4A7C15L;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      hash = fold(hash ^ (long) WORDS.get(bytes, at + i));
    }
    long tail = 0;
    for (; i < length; i++) {
      tail = tail << 8 | (bytes[at + i] & 0xff);
    }
    hash = fold(hash ^ tail);
    return (int) (fold(hash) >>> 32);
  }

  private static long fold(long x) {
    long product = x * 0xD6E8FEB86659FD93L;
    return product ^ product >>> 32;
  }
}
