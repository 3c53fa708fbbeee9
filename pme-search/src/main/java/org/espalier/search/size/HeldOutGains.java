package org.espalier.search.size;

import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.espalier.search.data.Bags;
import org.espalier.search.data.CtrField;
import org.espalier.search.data.CtrSamples;
import org.espalier.search.model.CtrModel;
import org.espalier.search.model.TableLayout;

/**
 * What the rows of tokens are worth on samples that the model has not learned from. Saliency says how
 * much a row moves the loss, not whether it moves it the right way: rows that have learned noise by
 * heart move it most. A token has too few held-out samples to be judged alone, so tokens of one field
 * whose training frequencies share a power of four are judged together: the loss when their rows are
 * zero, less the loss as it is, summed over the held-out samples that hold one of them.
 */
public final class HeldOutGains {

  private static final int BITS_PER_GROUP = 2; // frequencies 1 .. 3, 4 .. 15, 16 .. 63, …

  /** Below the mean by so many standard errors a loss is not taken for chance. */
  private static final double SURE = 2;

  /**
   * Tokens of one field and of like frequency.
   *
   * @param field the field's number
   * @param countMin the least training samples that a token of the group may have
   * @param tokens how many of them own a row
   * @param samples how many held-out samples hold one of them
   * @param sum of the samples' losses without the rows, less those with them; in nats
   * @param error standard error of the sum
   */
  public record Group(int field, int countMin, int tokens, int samples, double sum, double error) {

    /** Whether the rows do harm for sure. */
    public boolean harmful() {
      return sum < -SURE * error;
    }
  }

  private final TableLayout layout;
  private final List<CtrField> fields;
  private final List<Group> groups;

  private HeldOutGains(TableLayout layout, List<CtrField> fields, List<Group> groups) {
    this.layout = layout;
    this.fields = fields;
    this.groups = groups;
  }

  /**
   * Judges the rows of a model.
   *
   * @param samples the model has not learned from them; labels are 0 and 1
   * @param cancelled asked before every group; when true the groups so far are returned
   */
  public static HeldOutGains of(CtrModel model, CtrSamples samples, BooleanSupplier cancelled) {
    float[] before = model.losses(samples);
    CtrModel without = model.copy();
    List<Group> groups = new ArrayList<>();
    for (int f = 0; f < model.fields().size(); f++) {
      int highest = groupOf(Arrays.stream(model.fields().get(f).counts()).max().orElse(0));
      for (int g = 0; g <= highest && !cancelled.getAsBoolean(); g++) {
        groups.add(judge(model, without, samples, before, f, g));
      }
    }
    return new HeldOutGains(model.layout(), model.fields(), List.copyOf(groups));
  }

  /** The judged groups, by field and rising frequency. */
  public List<Group> groups() {
    return groups;
  }

  /** Whether any rows do harm for sure. */
  public boolean anyHarmful() {
    return groups.stream().anyMatch(Group::harmful);
  }

  /**
   * The sizes that were judged, by token, with 0 where rows of the worst field do harm. Others may look
   * bad only because that one has led the model astray, and are judged better without it.
   */
  public int[] sizesWithoutWorst() {
    int[] sizes = new int[layout.tokenCount()];
    Arrays.setAll(sizes, layout::size);
    double[] harm = new double[fields.size()];
    groups.stream().filter(Group::harmful).forEach(group -> harm[group.field()] -= group.sum());
    for (Group group : groups) {
      if (group.harmful() && harm[group.field()] == Arrays.stream(harm).max().orElse(0)) {
        int[] counts = fields.get(group.field()).counts();
        for (int t = 1; t < counts.length; t++) {
          if (groupOf(counts[t]) == groupOf(group.countMin())) {
            sizes[layout.fieldStart(group.field()) + t] = 0;
          }
        }
      }
    }
    return sizes;
  }

  private static int groupOf(int count) {
    return (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(Math.max(1, count))) / BITS_PER_GROUP;
  }

  private static Group judge(
      CtrModel model, CtrModel without, CtrSamples samples, float[] before, int f, int g) {
    CtrField field = model.fields().get(f);
    int tokens = copyRows(model, without, f, g, false);
    int[] held = tokens == 0 ? new int[0] : samplesOf(field, samples, f, g);
    float[] after = without.losses(part(samples, held));
    copyRows(model, without, f, g, true);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < held.length; i++) {
      double gain = (double) after[i] - before[held[i]];
      sum += gain;
      squares += gain * gain;
    }
    double spread = squares - sum * sum / Math.max(1, held.length);
    return new Group(
        f, 1 << (BITS_PER_GROUP * g), tokens, held.length, sum, Math.sqrt(Math.max(0, spread)));
  }

  /** Zeroes the rows of a group, or takes them from the model; returns how many tokens it has. */
  private static int copyRows(CtrModel model, CtrModel without, int f, int g, boolean back) {
    TableLayout layout = model.layout();
    int[] counts = model.fields().get(f).counts();
    int tokens = 0;
    for (int t = 1; t < counts.length; t++) {
      int size = layout.size(layout.fieldStart(f) + t);
      if (size > 0 && groupOf(counts[t]) == g) {
        int at = layout.rowAt(layout.fieldStart(f) + t);
        if (back) {
          System.arraycopy(model.tableValues(), at, without.tableValues(), at, size);
        } else {
          Arrays.fill(without.tableValues(), at, at + size, 0f);
        }
        tokens++;
      }
    }
    return tokens;
  }

  private static int[] samplesOf(CtrField field, CtrSamples samples, int f, int g) {
    Bags bags = field.bags();
    IntArrayList held = new IntArrayList();
    for (int s = 0; s < samples.count(); s++) {
      int bag = samples.cells()[s * samples.fieldCount() + f];
      for (int at = bags.start(bag); at < bags.end(bag); at++) {
        int token = bags.tokenAt(at);
        if (token != Bags.UNKNOWN && groupOf(field.counts()[token]) == g) {
          held.add(s);
          break;
        }
      }
    }
    return held.toIntArray();
  }

  private static CtrSamples part(CtrSamples samples, int[] held) {
    int width = samples.fieldCount();
    int[] cells = new int[held.length * width];
    float[] labels = new float[held.length];
    for (int i = 0; i < held.length; i++) {
      System.arraycopy(samples.cells(), held[i] * width, cells, i * width, width);
      labels[i] = samples.labels()[held[i]];
    }
    return new CtrSamples(cells, labels, width);
  }
}
