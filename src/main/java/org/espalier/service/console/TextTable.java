package org.espalier.service.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Rows of text in columns: words to the left, figures to the right. */
public final class TextTable {

  private static final String GAP = "  ";
  private static final Predicate<String> FIGURE = Pattern.compile("[-+.,%\\d]*").asMatchPredicate();

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
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < row.length; c++) {
        int padding = widths[c] - row[c].length();
        line.append(c == 0 ? "" : GAP)
            .repeat(' ', figures(c) ? padding : 0)
            .append(row[c])
            .repeat(' ', figures(c) ? 0 : padding);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** Whether everything under a column's name is a figure. */
  private boolean figures(int column) {
    return rows.stream().skip(1).map(row -> row[column]).allMatch(FIGURE);
  }
}
