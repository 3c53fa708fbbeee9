package org.espalier.search.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.espalier.learning.data.DataException;

/**
 * The experiments of a sweep that are done, in a tab-separated file that grows by a line as each ends.
 * A sweep that is started again on the same file leaves out what stands there. The first line says what
 * the sweep is about, so that figures of other data or another model are not mixed in; a last line that
 * a crash has cut off is dropped. For one thread and one process.
 */
public final class SweepLog {

  private static final String COLUMNS =
      "contender\tdistil\tkeep\tseed\tauc\tlogloss\tvalid_auc\tparameters\tepochs\tepoch_seconds"
          + "\tsearch_seconds\ttrain_seconds\tteacher_seconds";
  private static final int KEY_COLUMNS = 4;
  private static final int ALL_COLUMNS = COLUMNS.split("\t").length;
  private static final String NO_ROOM = "no room";

  private final Optional<Path> file;
  private final Map<SweepRun.Cell, SweepRun> runs = new LinkedHashMap<>();

  private SweepLog(Optional<Path> file) {
    this.file = file;
  }

  /** A log that is kept in memory alone. */
  public static SweepLog inMemory() {
    return new SweepLog(Optional.empty());
  }

  /**
   * Opens a file, or starts it.
   *
   * @param subject one line: the model and the data
   * @throws DataException when the file is about something else, or no such file
   */
  public static SweepLog open(Path file, String subject) {
    SweepLog log = new SweepLog(Optional.of(file));
    try {
      if (Files.exists(file)) {
        log.load(file, subject);
      } else {
        Files.writeString(file, "# " + subject + "\n" + COLUMNS + "\n");
      }
    } catch (IOException e) {
      throw DataException.in(file, "cannot be used: " + e.getMessage());
    }
    return log;
  }

  private void load(Path file, String subject) throws IOException {
    String text = Files.readString(file);
    int whole = text.lastIndexOf('\n') + 1;
    List<String> lines = text.substring(0, whole).lines().toList();
    if (lines.size() < 2 || !lines.get(0).startsWith("# ") || !lines.get(1).equals(COLUMNS)) {
      throw DataException.in(file, "is no log of a sweep, or one of another version");
    }
    if (!lines.get(0).equals("# " + subject)) {
      throw DataException.in(
          file,
          "is about '%s', and this sweep about '%s'; choose another folder"
              .formatted(lines.get(0).substring(2), subject));
    }
    for (int i = 2; i < lines.size(); i++) {
      SweepRun run;
      try {
        run = parse(lines.get(i));
      } catch (IllegalArgumentException _) { // NumberFormatException among them
        throw DataException.in(file, "line %d is no experiment".formatted(i + 1));
      }
      runs.put(run.cell(), run);
    }
    if (whole < text.length()) {
      Files.writeString(file, text.substring(0, whole));
    }
  }

  /** Whether an experiment is done. */
  public boolean contains(SweepRun.Cell cell) {
    return runs.containsKey(cell);
  }

  /** All that is done, oldest first. */
  public Collection<SweepRun> runs() {
    return new ArrayList<>(runs.values());
  }

  /** Adds an experiment, with the digits that a line has: a later call must give the same table. */
  void append(SweepRun run) {
    runs.put(run.cell(), parse(line(run)));
    file.ifPresent(path -> {
      try {
        Files.write(
            path, (line(run) + "\n").getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(path + ": a finished experiment cannot be noted", e);
      }
    });
  }

  private static String line(SweepRun run) {
    SweepRun.Cell cell = run.cell();
    String key =
        "%s\t%s\t%s\t%d"
            .formatted(cell.contender(), cell.distil() ? "on" : "off", cell.keep(), cell.seed());
    return key
        + "\t"
        + run.figures()
            .map(figures ->
                String.format(
                    Locale.ROOT,
                    "%.6f\t%.6f\t%.6f\t%d\t%d\t%.3f\t%.3f\t%.3f\t%.3f",
                    figures.auc(),
                    figures.logloss(),
                    figures.validAuc(),
                    figures.parameters(),
                    figures.epochs(),
                    figures.epochSeconds(),
                    figures.searchSeconds(),
                    figures.trainSeconds(),
                    figures.teacherSeconds()))
            .orElse(NO_ROOM);
  }

  private static SweepRun parse(String line) {
    String[] values = line.split("\t", -1);
    if (values.length != ALL_COLUMNS && values.length != KEY_COLUMNS + 1) {
      throw new IllegalArgumentException(values.length + " values");
    }
    SweepRun.Cell cell =
        new SweepRun.Cell(
            Contender.valueOf(values[0].toUpperCase(Locale.ROOT)),
            values[1].equals("on"),
            Double.parseDouble(values[2]),
            Long.parseLong(values[3]));
    if (values[KEY_COLUMNS].equals(NO_ROOM)) {
      return new SweepRun(cell, Optional.empty());
    }
    return new SweepRun(
        cell,
        Optional.of(
            new SweepRun.Figures(
                Double.parseDouble(values[4]),
                Double.parseDouble(values[5]),
                Double.parseDouble(values[6]),
                Integer.parseInt(values[7]),
                Integer.parseInt(values[8]),
                Double.parseDouble(values[9]),
                Double.parseDouble(values[10]),
                Double.parseDouble(values[11]),
                Double.parseDouble(values[12]))));
  }
}
