package org.espalier.search.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.espalier.learning.kernel.TrainingKernels;
import org.espalier.learning.metric.CtrMetrics;
import org.espalier.search.data.CtrField;
import org.espalier.search.data.CtrSamples;

/**
 * A click model: multi-size tables and a network above them; its output is the logit of a click. Its
 * numbers change in training only, under one writer; predicting from several threads is then safe.
 */
public final class CtrModel {

  private static final int PREDICTION_BATCH = 2048;

  private final Architecture architecture;
  private final EmbeddingTables tables;
  private final float[] dense;

  private CtrModel(Architecture architecture, EmbeddingTables tables, float[] dense) {
    this.architecture = architecture;
    this.tables = tables;
    this.dense = dense;
  }

  /** A fresh model; the same seed gives the same numbers. */
  public static CtrModel create(
      List<CtrField> fields, Architecture architecture, TableLayout layout, long seed) {
    EmbeddingTables tables = new EmbeddingTables(fields, layout, new float[layout.storedNumbers()]);
    int denseCount =
        heads(architecture, fields.size(), layout.dim()).stream().mapToInt(Head::count).sum();
    CtrModel model = new CtrModel(architecture, tables, new float[denseCount]);
    RandomGenerator random = new SplittableRandom(seed);
    tables.initialise(architecture.deviation(), random);
    model.newHeads().forEach(head -> head.initialise(model.dense, random));
    return model;
  }

  /** A copy that shares nothing that changes. */
  public CtrModel copy() {
    return new CtrModel(
        architecture,
        new EmbeddingTables(tables.fields(), tables.layout(), tables.values().clone()),
        dense.clone());
  }

  /**
   * The same network on other tables of the same coordinates, whose rows start as what is left of this
   * model's: the coordinates that both store. This model's rows must be nested.
   */
  public CtrModel onTables(TableLayout layout) {
    TableLayout from = layout();
    if (from.projecting() != Projecting.NESTED
        || layout.projecting() == Projecting.PROJECTED
        || layout.dim() != from.dim()
        || layout.sharedNumbers() != from.sharedNumbers()) {
      throw new IllegalArgumentException("rows can be kept only from nested tables of one space");
    }
    float[] values = new float[layout.storedNumbers()];
    System.arraycopy(tables.values(), 0, values, 0, layout.sharedNumbers());
    for (int token = 0; token < layout.tokenCount(); token++) {
      int at = layout.rowAt(token);
      for (int i = 0; i < layout.size(token); i++) {
        int coordinate = layout.projecting() == Projecting.MASKED ? layout.coordinate(at + i) : i;
        if (coordinate < from.size(token)) {
          values[at + i] = tables.values()[from.rowAt(token) + coordinate];
        }
      }
    }
    return new CtrModel(architecture, new EmbeddingTables(fields(), layout, values), dense.clone());
  }

  /** Whether {@link #rotate} leaves the logits as they are: not with a cross network. */
  public boolean canRotate() {
    return architecture.kind() != Architecture.Kind.DCN;
  }

  /**
   * Turns the space that all vectors live in; the logits stay. Every token but the unknown ones must
   * own a row as wide as the model.
   *
   * @param rotation (D, D) orthogonal, row-major: vectors become {@code x · rotation}
   */
  public void rotate(float[] rotation) {
    int dim = layout().dim();
    float[] values = tables.values();
    float[] before = values.clone();
    int rows = values.length / dim;
    if (values.length != rows * dim) {
      throw new IllegalStateException("only rows as wide as the model can be turned");
    }
    Arrays.fill(values, 0f);
    TrainingKernels.best()
        .multiplyAdd(rows, dim, dim, before, 0, dim, 1, rotation, 0, dim, values, 0, dim);
    newHeads().forEach(head -> head.rotate(dense, rotation));
  }

  /** The logits of samples. */
  public float[] logits(CtrSamples samples) {
    CtrPass pass = new CtrPass(this);
    int[] order = identity(samples.count());
    float[] logits = new float[samples.count()];
    for (int from = 0; from < logits.length; from += PREDICTION_BATCH) {
      int count = Math.min(PREDICTION_BATCH, logits.length - from);
      pass.forward(samples.cells(), order, from, count, Dropout.none());
      System.arraycopy(pass.logits(), 0, logits, from, count);
    }
    return logits;
  }

  /** The cross-entropy of each sample's logit with its label, in nats. */
  public float[] losses(CtrSamples samples) {
    float[] losses = logits(samples);
    for (int i = 0; i < losses.length; i++) {
      losses[i] = (float) LogisticLoss.value(losses[i], samples.labels()[i]);
    }
    return losses;
  }

  /** How well the model tells the clicks of samples, whose labels are 0 and 1, from the rest. */
  public CtrMetrics judge(CtrSamples samples) {
    boolean[] clicked = new boolean[samples.count()];
    for (int i = 0; i < clicked.length; i++) {
      clicked[i] = samples.labels()[i] > 0.5f;
    }
    return CtrMetrics.of(logits(samples), clicked);
  }

  /** The network above the tables. */
  public Architecture architecture() {
    return architecture;
  }

  /** What the tables store and where. */
  public TableLayout layout() {
    return tables.layout();
  }

  /** The fields that the model reads. */
  public List<CtrField> fields() {
    return tables.fields();
  }

  /** The network's weights, which no budget bounds. */
  public int denseCount() {
    return dense.length;
  }

  /** The tables' numbers, as {@link #layout()} says; the caller may read and, alone, write them. */
  public float[] tableValues() {
    return tables.values();
  }

  EmbeddingTables tables() {
    return tables;
  }

  float[] dense() {
    return dense;
  }

  List<Head> newHeads() {
    return heads(architecture, tables.fields().size(), tables.layout().dim());
  }

  /** Overwrites this model's numbers with those of a model of the same shape. */
  void assign(CtrModel other) {
    System.arraycopy(other.dense, 0, dense, 0, dense.length);
    float[] values = tables.values();
    System.arraycopy(other.tables.values(), 0, values, 0, values.length);
  }

  private static List<Head> heads(Architecture architecture, int fieldCount, int dim) {
    List<Head> heads = new ArrayList<>();
    heads.add(new LinearHead(0, fieldCount, dim));
    int at = heads.getFirst().count();
    if (architecture.kind() == Architecture.Kind.DCN) {
      heads.add(
          new CrossHead(at, fieldCount, dim, architecture.crossLayers(), architecture.crossRank()));
    } else {
      heads.add(new PairwiseHead(at, fieldCount, dim));
    }
    at += heads.getLast().count();
    if (architecture.kind() != Architecture.Kind.FM) {
      heads.add(new DeepHead(at, fieldCount, dim, architecture.hidden()));
    }
    return List.copyOf(heads);
  }

  private static int[] identity(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    return order;
  }
}
