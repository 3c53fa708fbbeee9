package org.espalier.service.ranking.filter;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import it.unimi.dsi.fastutil.ints.IntArrays;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.service.ranking.filter.AttributeValue.Numeric;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Which ids have which attributes, in memory: a bitmap a value, a column a field for its numbers, and each id's values.
 * Any thread may ask and change. A record is changed whole: nobody sees half of it. Answers are copies, so the lock is
 * held for as long as bitmaps are put together, well under a millisecond for a few conditions over a million ids.
 */
public final class AttributeIndex {

  private static final int[] NOTHING = {};

  private final ReadWriteLock lock = new ReentrantReadWriteLock(); // guards all that follows
  private final Map<String, FieldIndex> fields = new HashMap<>();
  private final Postings postings = new Postings();
  private int[][] codesById = {}; // ascending

  /** Puts a record's attributes in the place of what the id had; a deleted record has none. */
  public void put(CatalogueRecord record) {
    Map<String, List<AttributeValue>> values = new HashMap<>();
    Attributes.read(
        record,
        (field, value) -> values.computeIfAbsent(field, _ -> new ArrayList<>(1)).add(value));
    change(record.id(), values);
  }

  /** Forgets an id. */
  public void remove(int id) {
    change(id, Map.of());
  }

  private void change(int id, Map<String, List<AttributeValue>> values) {
    lock.writeLock().lock();
    try {
      int[] before = codes(id);
      for (int code : before) {
        FieldIndex field = postings.field(code);
        field.present.remove(id);
        field.numbers.remove(id);
      }
      IntArrayList after = new IntArrayList();
      values.forEach(
          (name, of) -> enter(id, fields.computeIfAbsent(name, FieldIndex::new), of, after));
      int[] sorted = sortedOnce(after);
      for (int code : sorted) {
        if (Arrays.binarySearch(before, code) < 0) {
          postings.add(code, id);
        }
      }
      for (int code : before) {
        if (Arrays.binarySearch(sorted, code) < 0) {
          FieldIndex field = postings.field(code);
          postings.remove(code, id);
          if (field.codes.isEmpty()) {
            fields.remove(field.name);
          }
        }
      }
      remember(id, sorted);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void enter(int id, FieldIndex field, List<AttributeValue> values, IntArrayList codes) {
    field.present.add(id);
    for (AttributeValue value : values) {
      long hash = ValueHash.of(value);
      int code = field.codes.get(hash);
      if (code == FieldIndex.UNKNOWN) {
        code = postings.create(field, hash);
        field.codes.put(hash, code);
      }
      codes.add(code);
      if (value instanceof Numeric number) {
        field.numbers.put(id, number.value());
      }
    }
  }

  private static int[] sortedOnce(IntArrayList codes) {
    int[] sorted = codes.toIntArray();
    Arrays.sort(sorted);
    int count = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[count++] = sorted[i];
      }
    }
    return count == 0 ? NOTHING : IntArrays.trim(sorted, count);
  }

  private void remember(int id, int[] codes) {
    if (id >= codesById.length) {
      if (codes.length == 0) {
        return;
      }
      int before = codesById.length;
      codesById = Arrays.copyOf(codesById, Math.max(id + 1, before + (before >> 1)));
      Arrays.fill(codesById, before, codesById.length, NOTHING);
    }
    codesById[id] = codes;
  }

  private int[] codes(int id) {
    return id >= 0 && id < codesById.length ? codesById[id] : NOTHING;
  }

  /** The ids for which a condition holds; the caller's own. */
  public Matches find(Condition condition) {
    return reading(() -> evaluate(condition));
  }

  private Matches evaluate(Condition condition) {
    return switch (condition) {
      case Condition.All all -> {
        Matches matches = Matches.everything();
        for (Condition part : all.parts()) {
          matches = matches.and(evaluate(part));
        }
        yield matches;
      }
      case Condition.Any any -> {
        Matches matches = Matches.none();
        for (Condition part : any.parts()) {
          matches = matches.or(evaluate(part));
        }
        yield matches;
      }
      case Condition.Not not -> evaluate(not.part()).not();
      case Condition.In in -> in(in);
      case Condition.Between between -> {
        FieldIndex field = fields.get(between.field());
        yield field == null
            ? Matches.none()
            : new Matches(field.numbers.between(between.low(), between.high()), false);
      }
      case Condition.Exists exists -> {
        FieldIndex field = fields.get(exists.field());
        yield field == null ? Matches.none() : new Matches(field.present.clone(), false);
      }
    };
  }

  private Matches in(Condition.In in) {
    FieldIndex field = fields.get(in.field());
    RoaringBitmap ids = new RoaringBitmap();
    if (field != null) {
      for (AttributeValue value : in.values()) {
        int code = field.codes.get(ValueHash.of(value));
        if (code != FieldIndex.UNKNOWN) {
          postings.addTo(ids, code);
        }
      }
    }
    return new Matches(ids, false);
  }

  /**
   * The values of a field that some ids have, as codes that mean something until the index changes.
   *
   * @return (ids.length), ascending each; empty for an id without the field
   */
  public int[][] codes(String name, int[] ids) {
    return reading(() -> {
      FieldIndex field = fields.get(name);
      int[][] found = new int[ids.length][];
      for (int i = 0; i < ids.length; i++) {
        found[i] = field == null ? NOTHING : of(field, codes(ids[i]));
      }
      return found;
    });
  }

  private int[] of(FieldIndex field, int[] codes) {
    int count = 0;
    int[] found = codes.length == 0 ? NOTHING : new int[codes.length];
    for (int code : codes) {
      if (postings.field(code) == field) {
        found[count++] = code;
      }
    }
    return IntArrays.trim(found, count);
  }

  /** Another id's fellows in one field: those that share a value of it. Empty when it has none. */
  public RoaringBitmap sharing(String name, int id) {
    return reading(() -> {
      FieldIndex field = fields.get(name);
      RoaringBitmap ids = new RoaringBitmap();
      if (field != null) {
        for (int code : of(field, codes(id))) {
          postings.addTo(ids, code);
        }
      }
      return ids;
    });
  }

  /**
   * The ids that are most like one: those that share its rarest values, taken from the rarest on as long as enough ids
   * share all of them. Values that fewer than that have, such as names, say nothing and are left out.
   *
   * @param atLeast how many there must be, the id itself not counted
   * @return without the id itself; empty when no value is shared by enough
   */
  public RoaringBitmap alike(int id, int atLeast) {
    return reading(() -> {
      int[] shared =
          Arrays.stream(codes(id)).filter(code -> postings.count(code) > atLeast).toArray();
      IntArrays.quickSort(shared, (a, b) -> Integer.compare(postings.count(a), postings.count(b)));
      RoaringBitmap ids = null;
      for (int code : shared) {
        RoaringBitmap next = postings.copy(code);
        if (ids != null) {
          next.and(ids);
        }
        if (next.cardinalityExceeds(atLeast)) { // the id itself is among them
          ids = next;
        }
      }
      if (ids == null) {
        return new RoaringBitmap();
      }
      ids.remove(id);
      return ids;
    });
  }

  /** What the values of a field that an id has are in this process, for a key of a cache; ascending. */
  public List<Long> hashes(String name, int id) {
    return reading(() -> {
      FieldIndex field = fields.get(name);
      return field == null
          ? List.of()
          : Arrays.stream(of(field, codes(id))).mapToObj(postings::hash).sorted().toList();
    });
  }

  public boolean hasField(String name) {
    return reading(() -> fields.containsKey(name));
  }

  /** Names of fields that some record has, in alphabetical order, the first of them. */
  public List<String> fields(int countMax) {
    return reading(() -> fields.keySet().stream().sorted().limit(countMax).toList());
  }

  /** About how much memory this takes. */
  public long bytes() {
    return reading(() -> {
      long bytes = postings.bytes() + 4L * codesById.length;
      for (FieldIndex field : fields.values()) {
        bytes += 200 + field.bytes();
      }
      for (int @Nullable [] codes : codesById) {
        bytes += codes == null || codes.length == 0 ? 0 : 16 + 4L * ((codes.length + 1) & ~1);
      }
      return bytes;
    });
  }

  private <T> T reading(Supplier<T> question) {
    lock.readLock().lock();
    try {
      return question.get();
    } finally {
      lock.readLock().unlock();
    }
  }
}
