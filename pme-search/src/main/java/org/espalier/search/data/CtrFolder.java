package org.espalier.search.data;

import it.unimi.dsi.fastutil.floats.FloatArrayList;
import it.unimi.dsi.fastutil.ints.IntArrayList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.espalier.learning.data.DataException;
import org.espalier.learning.data.TsvReader;
import org.espalier.learning.data.Vocabulary;

/**
 * Reads a folder with {@code train.tsv}, {@code valid.tsv} and {@code test.tsv}: a column {@code label}
 * of 0 and 1, and any number of named fields, whose several values are joined by {@code |}. Tokens come
 * from the training file alone; rarer ones and those of the later files are the unknown token.
 */
public final class CtrFolder {

  private static final String LABEL = "label";
  private static final int SAMPLES_MIN = 100; // fewer cannot be split and judged

  private final Path folder;
  private final List<FieldReader> fields = new ArrayList<>();

  private CtrFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Reads a folder.
   *
   * @param countMin tokens of fewer training samples become the unknown token; 1 keeps all
   * @throws DataException when a file cannot be used; it names file, line and column
   */
  public static CtrData read(Path folder, int countMin) {
    if (countMin < 1) {
      throw new IllegalArgumentException("countMin=" + countMin + " is below 1");
    }
    return new CtrFolder(folder).read(countMin);
  }

  private CtrData read(int countMin) {
    if (!Files.isDirectory(folder)) {
      throw DataException.in(folder, "no such folder");
    }
    Path trainFile = folder.resolve("train.tsv");
    CtrSamples train = readFile(trainFile, true);
    List<String> warnings = new ArrayList<>();
    for (FieldReader field : fields) {
      field.check(trainFile, train, fields.indexOf(field), warnings);
    }
    CtrSamples valid = readFile(folder.resolve("valid.tsv"), false);
    CtrSamples test = readFile(folder.resolve("test.tsv"), false);
    List<CtrField> finished = fields.stream().map(field -> field.finish(countMin)).toList();
    return new CtrData(finished, train, valid, test, List.copyOf(warnings));
  }

  private CtrSamples readFile(Path file, boolean training) {
    IntArrayList cells = new IntArrayList();
    FloatArrayList labels = new FloatArrayList();
    try (TsvReader reader = TsvReader.open(file)) {
      int label = reader.require(LABEL);
      if (training) {
        openFields(file, reader);
      }
      int[] columns = fields.stream().mapToInt(field -> reader.require(field.name)).toArray();
      while (reader.next()) {
        labels.add(readLabel(reader, label));
        for (int f = 0; f < columns.length; f++) {
          cells.add(fields.get(f).read(reader, columns[f], training));
        }
      }
    }
    requireBothClasses(file, labels);
    return new CtrSamples(cells.toIntArray(), labels.toFloatArray(), fields.size());
  }

  private void openFields(Path file, TsvReader reader) {
    for (String column : reader.columns()) {
      if (!column.equals(LABEL)) {
        fields.add(new FieldReader(column));
      }
    }
    if (fields.isEmpty()) {
      throw DataException.in(file, "has no field beside the label");
    }
  }

  private static float readLabel(TsvReader reader, int column) {
    double label = reader.number(column);
    if (label != 0 && label != 1) {
      throw reader.problem(column, "expected 0 or 1, found " + reader.text(column));
    }
    return (float) label;
  }

  private static void requireBothClasses(Path file, FloatArrayList labels) {
    if (labels.size() < SAMPLES_MIN) {
      throw DataException.in(
          file, "has %d samples; at least %d are needed".formatted(labels.size(), SAMPLES_MIN));
    }
    float first = labels.getFloat(0);
    for (int i = 1; i < labels.size(); i++) {
      if (labels.getFloat(i) != first) {
        return;
      }
    }
    throw DataException.in(
        file, "column 'label' is %d in every line; both classes are needed".formatted((int) first));
  }

  /** Turns one column's cells into bags. */
  private static final class FieldReader {

    private final String name;
    private final Vocabulary.Builder vocabulary = new Vocabulary.Builder();
    private final IntArrayList counts = new IntArrayList(new int[] {0});
    private final Bags.Builder bags = new Bags.Builder();
    private final IntArrayList bag = new IntArrayList();

    FieldReader(String name) {
      this.name = name;
    }

    int read(TsvReader reader, int column, boolean training) {
      bag.clear();
      byte[] bytes = reader.buffer();
      int to = reader.to(column);
      int from = reader.from(column);
      for (int at = from; at <= to; at++) {
        if (at == to || bytes[at] == '|') {
          if (at > from) { // an empty value is no value
            addToken(bytes, from, at, training);
          }
          from = at + 1;
        }
      }
      return bags.add(bag);
    }

    private void addToken(byte[] bytes, int from, int to, boolean training) {
      int token =
          1 + (training ? vocabulary.add(bytes, from, to) : vocabulary.find(bytes, from, to));
      if (bag.contains(token)) {
        return; // a value that a cell repeats counts once
      }
      bag.add(token);
      if (training) {
        if (token == counts.size()) {
          counts.add(0);
        }
        counts.set(token, counts.getInt(token) + 1);
      }
    }

    void check(Path file, CtrSamples train, int at, List<String> warnings) {
      if (vocabulary.size() < 2) {
        throw DataException.in(
            file,
            "column '%s' has %d token; a field needs at least two, so drop the column"
                .formatted(name, vocabulary.size()));
      }
      if (copiesTheLabel(train, at)) {
        warnings.add(
            "%s: column '%s' decides the label in every line; was it known before the click?"
                .formatted(file, name));
      }
    }

    /** Whether bags that come back, half of the samples at least, always bring the same label. */
    private boolean copiesTheLabel(CtrSamples train, int at) {
      int bagCount = bags.build().count();
      int[] seen = new int[bagCount];
      int[] clicks = new int[bagCount];
      for (int i = 0; i < train.count(); i++) {
        int cell = train.cells()[i * train.fieldCount() + at];
        seen[cell]++;
        clicks[cell] += (int) train.labels()[i];
      }
      long repeated = 0;
      for (int b = 0; b < bagCount; b++) {
        if (seen[b] > 1) {
          if (clicks[b] != 0 && clicks[b] != seen[b]) {
            return false;
          }
          repeated += seen[b];
        }
      }
      return 2 * repeated >= train.count();
    }

    CtrField finish(int countMin) {
      int[] newTokens = new int[counts.size()];
      IntArrayList keptCounts = new IntArrayList(new int[] {0});
      Vocabulary all = vocabulary.build();
      Vocabulary.Builder kept = new Vocabulary.Builder();
      for (int token = 1; token < newTokens.length; token++) {
        int count = counts.getInt(token);
        if (count >= countMin) {
          newTokens[token] = 1 + kept.add(all.token(token - 1));
          keptCounts.add(count);
        } else {
          keptCounts.set(Bags.UNKNOWN, keptCounts.getInt(Bags.UNKNOWN) + count);
        }
      }
      return new CtrField(
          name, kept.build(), keptCounts.toIntArray(), bags.build().renumbered(newTokens));
    }
  }
}
