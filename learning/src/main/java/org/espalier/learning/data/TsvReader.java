package org.espalier.learning.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a tab-separated file with a header line, one row at a time, from its bytes. A cell is a range
 * of {@link #buffer()} until the next call of {@link #next()}, so a row costs no object.
 *
 * <p>Text is strict UTF-8 and quotes are plain characters. A line has exactly the header's columns;
 * {@code \r\n} ends a line as {@code \n} does; empty lines may only stand at the end. Everything else
 * is a {@link DataException} that names file, line and column. Not for use by several threads.
 */
public final class TsvReader implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 18;
  private static final int LINE_BYTES_MAX = 1 << 24;

  private final Path file;
  private final InputStream in;
  private List<String> columns = List.of();

  private byte[] buffer = new byte[BUFFER_BYTES];
  private int next; // where the line after the current one starts
  private int limit; // how far the buffer is filled
  private boolean ended;

  private long line;
  private int lineFrom;
  private int lineTo;
  private int[] cellFrom = new int[16];
  private int[] cellTo = new int[16];

  private TsvReader(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /** Opens a file and reads its header; the caller closes the reader. */
  public static TsvReader open(Path file) {
    TsvReader reader;
    try {
      reader = new TsvReader(file, Files.newInputStream(file));
    } catch (NoSuchFileException _) {
      throw DataException.in(file, "no such file");
    } catch (IOException e) {
      throw DataException.unreadable(file, e);
    }
    try {
      reader.readHeader();
      return reader;
    } catch (DataException e) {
      reader.close();
      throw e;
    }
  }

  /** The header's names, in the file's order. */
  public List<String> columns() {
    return columns;
  }

  /** The position of a column that the file must have. */
  public int require(String column) {
    int at = columns.indexOf(column);
    if (at < 0) {
      throw DataException.at(
          file, 1, column, "is missing from the header, which has: " + String.join(", ", columns));
    }
    return at;
  }

  /** The position of a column, or -1. */
  public int find(String column) {
    return columns.indexOf(column);
  }

  /** Moves to the next row; false at the end of the file. */
  public boolean next() {
    if (!readLine()) {
      return false;
    }
    if (lineFrom == lineTo) {
      requireNothingButEmptyLines();
      return false;
    }
    int cells = splitLine();
    if (cells < columns.size()) {
      throw DataException.at(
          file,
          line,
          columns.get(cells),
          "is missing: expected %d columns, found %d".formatted(columns.size(), cells));
    }
    if (cells > columns.size()) {
      throw DataException.at(
          file,
          line,
          columns.getLast(),
          "more follows it: expected %d columns, found %d".formatted(columns.size(), cells));
    }
    return true;
  }

  /** The line of the current row, counted from 1 with the header. */
  public long line() {
    return line;
  }

  /** The bytes that the cells of the current row are ranges of. */
  public byte[] buffer() {
    return buffer;
  }

  /** Where a cell starts in {@link #buffer()}. */
  public int from(int column) {
    return cellFrom[column];
  }

  /** Where a cell ends in {@link #buffer()}, exclusive. */
  public int to(int column) {
    return cellTo[column];
  }

  /** A cell as text. */
  public String text(int column) {
    return new String(
        buffer, cellFrom[column], cellTo[column] - cellFrom[column], StandardCharsets.UTF_8);
  }

  /** A cell as a finite number. */
  public double number(int column) {
    int from = cellFrom[column];
    int to = cellTo[column];
    boolean negative = from < to && buffer[from] == '-';
    int at = negative ? from + 1 : from;
    if (to > at && to - at <= 15) { // short whole numbers, exact in a double
      long whole = 0;
      while (at < to && buffer[at] >= '0' && buffer[at] <= '9') {
        whole = whole * 10 + (buffer[at] - '0');
        at++;
      }
      if (at == to) {
        return negative ? -whole : whole;
      }
    }
    return slowNumber(column);
  }

  /** An error at a cell of the current row. */
  public DataException problem(int column, String problem) {
    return DataException.at(file, line, columns.get(column), problem);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw DataException.unreadable(file, e);
    }
  }

  private double slowNumber(int column) {
    String text = text(column);
    // Double.parseDouble would also take NaN, Infinity, hexadecimal, a trailing f and blanks.
    boolean decimal = text.chars().allMatch(c -> (c >= '0' && c <= '9') || "+-.eE".indexOf(c) >= 0);
    if (decimal) {
      try {
        double value = Double.parseDouble(text);
        if (Double.isFinite(value)) {
          return value;
        }
      } catch (NumberFormatException _) {
        // reported below, like every other cell that is no number
      }
    }
    throw problem(column, "expected a number, found " + DataException.quote(text));
  }

  private void readHeader() {
    if (!readLine()) {
      throw DataException.in(file, "is empty; expected a header line");
    }
    if (lineTo - lineFrom >= 3
        && buffer[lineFrom] == (byte) 0xEF
        && buffer[lineFrom + 1] == (byte) 0xBB
        && buffer[lineFrom + 2] == (byte) 0xBF) {
      lineFrom += 3; // a byte order mark is no part of the first name
    }
    int cells = splitLine();
    List<String> names = new ArrayList<>();
    for (int c = 0; c < cells; c++) {
      String name = text(c);
      if (name.isEmpty() || names.contains(name)) {
        String problem = name.isEmpty() ? "has no name" : "stands twice in the header";
        throw DataException.at(file, 1, name.isEmpty() ? "#" + (c + 1) : name, problem);
      }
      names.add(name);
    }
    columns = List.copyOf(names);
  }

  private void requireNothingButEmptyLines() {
    long empty = line;
    while (readLine()) {
      if (lineFrom != lineTo) {
        throw DataException.at(
            file, empty, columns.getFirst(), "the line is empty but not the last");
      }
    }
  }

  /** Cuts the current line at its tabs and proves that it is UTF-8. Returns the cells' count. */
  private int splitLine() {
    int cells = 0;
    int from = lineFrom;
    int signs = 0;
    for (int at = lineFrom; at <= lineTo; at++) {
      if (at == lineTo || buffer[at] == '\t') {
        if (cells == cellFrom.length) {
          cellFrom = Arrays.copyOf(cellFrom, cells * 2);
          cellTo = Arrays.copyOf(cellTo, cells * 2);
        }
        cellFrom[cells] = from;
        cellTo[cells] = at;
        cells++;
        from = at + 1;
      } else {
        signs |= buffer[at];
      }
    }
    if (signs < 0) { // some byte is not ASCII
      for (int c = 0; c < cells; c++) {
        requireUtf8(c);
      }
    }
    return cells;
  }

  private void requireUtf8(int cell) {
    int length = cellTo[cell] - cellFrom[cell];
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, cellFrom[cell], length));
    } catch (CharacterCodingException _) {
      String column = cell < columns.size() ? columns.get(cell) : "#" + (cell + 1);
      throw DataException.at(file, line, column, "is not valid UTF-8");
    }
  }

  /** Finds the next line's range; false at the end of the file. */
  private boolean readLine() {
    int at = next;
    while (true) {
      while (at < limit && buffer[at] != '\n') {
        at++;
      }
      if (at < limit || ended) {
        break;
      }
      int scanned = at - next;
      refill();
      at = next + scanned;
    }
    if (at == limit && next == limit) {
      return false;
    }
    line++;
    lineFrom = next;
    lineTo = at;
    next = Math.min(at + 1, limit);
    if (lineTo > lineFrom && buffer[lineTo - 1] == '\r') {
      lineTo--;
    }
    return true;
  }

  /** Keeps the unread bytes and reads more behind them. */
  private void refill() {
    int kept = limit - next;
    if (kept == buffer.length) {
      if (kept >= LINE_BYTES_MAX) {
        throw DataException.in(
            file, "line %d is longer than %d bytes".formatted(line + 1, LINE_BYTES_MAX));
      }
      buffer = Arrays.copyOf(buffer, kept * 2);
    } else {
      System.arraycopy(buffer, next, buffer, 0, kept);
      next = 0;
      limit = kept;
    }
    try {
      int read = in.read(buffer, limit, buffer.length - limit);
      if (read < 0) {
        ended = true;
      } else {
        limit += read;
      }
    } catch (IOException e) {
      throw DataException.unreadable(file, e);
    }
  }
}
