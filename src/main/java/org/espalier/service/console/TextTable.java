package org.espalier.service.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of text in columns: the first column to the left, the others, figures, to the right. */
public final class TextTable {

  private static final String GAP = "  ";

  private final List<String[]> rows = new ArrayList<>();

  /** Starts with the columns' names. */
  public TextTable(String... header) {
    rows.add(header);
  }

  /** Adds a row of as many cells as the header has. */
  public TextTable row(String... cells) {
    if (cells.length != rows.getFirst().length) {
      throw new IllegalArgumentException(
          "%d cells under %d columns".formatted(cells.length, rows.getFirst().length));
    }
    rows.add(cells);
    return this;
  }

  /** The table, a line a row, each with its line end. */
  @Override
  public String toString() {
    int[] widths = new int[rows.getFirst().length];
    for (String[] row : rows) {
      Arrays.setAll(widths, c -> Math.max(widths[c], row[c].length()));
    }
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder(row[0]).repeat(' ', widths[0] - row[0].length());
      for (int c = 1; c < row.length; c++) {
        line.append(GAP).repeat(' ', widths[c] - row[c].length()).append(row[c]);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
