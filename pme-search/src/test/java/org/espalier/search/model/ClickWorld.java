package org.espalier.search.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.espalier.learning.data.Vocabulary;
import org.espalier.search.data.CtrData;
import org.espalier.search.data.CtrField;
import org.espalier.search.data.CtrSamples;
import org.espalier.search.data.TestBags;

/** A small click log with planted structure: users and items have hidden vectors of two numbers. */
public final class ClickWorld {

  private ClickWorld() {}

  /** A log of three fields: user, item (popular ones first) and tags, of which a cell has two. */
  public static CtrData generate(int users, int items, int samples, long seed) {
    Random random = new Random(seed);
    float[] userVectors = gaussians(random, users * 2);
    float[] itemVectors = gaussians(random, items * 2);
    int tags = 5;
    List<int[]> pairs = new ArrayList<>();
    for (int a = 1; a <= tags; a++) {
      for (int b = a + 1; b <= tags; b++) {
        pairs.add(new int[] {a, b});
      }
    }
    int[] userCounts = new int[users + 1];
    int[] itemCounts = new int[items + 1];
    int[] tagCounts = new int[tags + 1];
    CtrSamples[] parts = new CtrSamples[3];
    for (int part = 0; part < 3; part++) {
      int count = part == 0 ? samples : samples / 4;
      int[] cells = new int[count * 3];
      float[] labels = new float[count];
      for (int i = 0; i < count; i++) {
        int user = random.nextInt(users);
        int item = (int) (items * Math.pow(random.nextDouble(), 2));
        int pair = item % pairs.size();
        double score =
            1.5 * userVectors[2 * user] * itemVectors[2 * item]
                + 1.5 * userVectors[2 * user + 1] * itemVectors[2 * item + 1]
                + 0.5 * (pair % 3 - 1);
        labels[i] = random.nextDouble() < 1 / (1 + Math.exp(-score)) ? 1 : 0;
        cells[3 * i] = user + 1;
        cells[3 * i + 1] = item + 1;
        cells[3 * i + 2] = pair + 1;
        if (part == 0) {
          userCounts[user + 1]++;
          itemCounts[item + 1]++;
          tagCounts[pairs.get(pair)[0]]++;
          tagCounts[pairs.get(pair)[1]]++;
        }
      }
      parts[part] = new CtrSamples(cells, labels, 3);
    }
    List<CtrField> fields =
        List.of(
            new CtrField("user", names("u", users), userCounts, TestBags.singles(users)),
            new CtrField("item", names("i", items), itemCounts, TestBags.singles(items)),
            new CtrField("tags", names("t", tags), tagCounts, TestBags.of(pairs)));
    return new CtrData(fields, parts[0], parts[1], parts[2], List.of());
  }

  private static Vocabulary names(String prefix, int count) {
    Vocabulary.Builder builder = new Vocabulary.Builder();
    for (int i = 0; i < count; i++) {
      builder.add(prefix + i);
    }
    return builder.build();
  }

  private static float[] gaussians(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
