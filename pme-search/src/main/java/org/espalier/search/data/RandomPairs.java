package org.espalier.search.data;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Makes samples that the log does not hold, by combining anew what it does. Fields fall into
 * <em>parts</em>: a key, and the fields that its value decides in the whole log (a user and the user's
 * age; an item and its genres), so that no impossible user or item is made. A sample takes its parts
 * from independent draws: half of the samples from the parts' frequencies in the log, half from their
 * distinct keys alike, which asks about rare tokens as often as about popular ones.
 */
public final class RandomPairs {

  private final CtrSamples log;
  private final List<Part> parts;

  /** Fields that move together. */
  private static final class Part {

    private final int[] fields; // the key first, then the fields that it decides
    private final int[] firsts; // for each distinct key a sample of the log that has it

    Part(int[] fields, int[] firsts) {
      this.fields = fields;
      this.firsts = firsts;
    }
  }

  private RandomPairs(CtrSamples log, List<Part> parts) {
    this.log = log;
    this.parts = parts;
  }

  /** Finds the parts of a log. */
  public static RandomPairs of(List<CtrField> fields, CtrSamples log) {
    List<Part> parts = new ArrayList<>();
    boolean[] taken = new boolean[fields.size()];
    List<Integer> byBags =
        IntStream.range(0, fields.size())
            .boxed()
            .sorted(Comparator.comparingInt(f -> -fields.get(f).bags().count()))
            .toList();
    for (int key : byBags) {
      if (taken[key]) {
        continue;
      }
      IntArrayList members = IntArrayList.of(key);
      int[] firsts = firsts(log, key, fields.get(key).bags().count());
      for (int other : byBags) {
        if (other != key && !taken[other] && decides(log, key, firsts, other)) {
          members.add(other);
        }
      }
      int[] together = members.toIntArray();
      for (int f : together) {
        taken[f] = true;
      }
      parts.add(new Part(together, Arrays.stream(firsts).filter(i -> i >= 0).toArray()));
    }
    return new RandomPairs(log, List.copyOf(parts));
  }

  /** The keys' fields, for reports. */
  public List<Integer> keys() {
    return parts.stream().map(part -> part.fields[0]).toList();
  }

  /** Fresh samples; their labels are zero, for a teacher to overwrite. */
  public CtrSamples draw(int count, SplittableRandom random) {
    int fieldCount = log.fieldCount();
    int[] cells = new int[Math.multiplyExact(count, fieldCount)];
    for (int i = 0; i < count; i++) {
      boolean uniform = (i & 1) == 0;
      for (Part part : parts) {
        int from =
            uniform ? part.firsts[random.nextInt(part.firsts.length)] : random.nextInt(log.count());
        for (int f : part.fields) {
          cells[i * fieldCount + f] = log.cells()[from * fieldCount + f];
        }
      }
    }
    return new CtrSamples(cells, new float[count], fieldCount);
  }

  /** For each bag of a field the first sample that has it, or -1. */
  private static int[] firsts(CtrSamples log, int field, int bagCount) {
    int[] firsts = new int[bagCount];
    Arrays.fill(firsts, -1);
    for (int i = log.count() - 1; i >= 0; i--) {
      firsts[log.cells()[i * log.fieldCount() + field]] = i;
    }
    return firsts;
  }

  private static boolean decides(CtrSamples log, int key, int[] firsts, int other) {
    int width = log.fieldCount();
    for (int i = 0; i < log.count(); i++) {
      int first = firsts[log.cells()[i * width + key]];
      if (log.cells()[i * width + other] != log.cells()[first * width + other]) {
        return false;
      }
    }
    return true;
  }
}
