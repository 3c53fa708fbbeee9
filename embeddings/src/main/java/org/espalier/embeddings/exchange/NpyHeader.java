package org.espalier.embeddings.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a NumPy file with one matrix of floats (numpy.lib.format, versions 1.0, 2.0 and 3.0): the
 * magic string, the version, the length of the text, and the text of a Python dictionary.
 *
 * @param order of the bytes of a number
 * @param valueBytes 2, 4 or 8: half, single or double precision
 * @param columnMajor whether a column's numbers lie side by side, Fortran's order
 * @param rows how many vectors
 * @param dim values a vector
 * @param dataAt where the numbers begin, in bytes
 */
record NpyHeader(
    ByteOrder order, int valueBytes, boolean columnMajor, int rows, int dim, int dataAt) {

  static final int DIM_MAX = 4096;

  /** NumPy itself reads no longer one without being told to (max_header_size). */
  static final int TEXT_BYTES_MAX = 10_000;

  /** Bytes that are enough for any header that is taken. */
  static final int BYTES_MAX = 12 + TEXT_BYTES_MAX;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final int DIGITS_MAX = 18; // of a number that fits a long

  private static final Pattern DESCR =
      Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([^'\"]*)['\"]");
  private static final Pattern FORTRAN =
      Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)\\b");
  private static final Pattern SHAPE =
      Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([0-9,\\sL]*)\\)");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");
  private static final Pattern TYPE = Pattern.compile("([<>])f([248])");

  /**
   * Reads a header.
   *
   * @param file for messages
   * @param begin the file's first bytes, {@link #BYTES_MAX} of them when it has so many
   * @param fileBytes the file's length
   */
  static NpyHeader parse(Object file, ByteBuffer begin, long fileBytes) {
    ByteBuffer bytes = begin.order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < MAGIC.length + 4 || !startsWithMagic(bytes)) {
      throw ExchangeException.at(file, "is no NumPy file: it does not begin with \\x93NUMPY");
    }
    int major = Byte.toUnsignedInt(bytes.get());
    int minor = Byte.toUnsignedInt(bytes.get());
    if (major < 1 || major > 3) {
      throw ExchangeException.at(
          file, "has NumPy format %d.%d; 1.0 to 3.0 are read".formatted(major, minor));
    }
    if (major > 1 && bytes.remaining() < 4) {
      throw ExchangeException.at(file, "is cut off in its header");
    }
    long textBytes =
        major == 1
            ? Short.toUnsignedLong(bytes.getShort())
            : Integer.toUnsignedLong(bytes.getInt());
    if (textBytes > TEXT_BYTES_MAX) {
      throw ExchangeException.at(
          file,
          "has a header of %d bytes; at most %d are read".formatted(textBytes, TEXT_BYTES_MAX));
    }
    if (textBytes > bytes.remaining()) {
      throw ExchangeException.at(file, "is cut off in its header");
    }
    byte[] text = new byte[(int) textBytes];
    bytes.get(text);
    NpyHeader header = of(file, new String(text, StandardCharsets.UTF_8), bytes.position());
    header.requireLength(file, fileBytes);
    return header;
  }

  private static boolean startsWithMagic(ByteBuffer bytes) {
    for (byte expected : MAGIC) {
      if (bytes.get() != expected) {
        return false;
      }
    }
    return true;
  }

  private static NpyHeader of(Object file, String text, int dataAt) {
    String descr =
        first(DESCR, text)
            .orElseThrow(() ->
                ExchangeException.at(
                    file, "does not say one type of numbers ('descr'); save a plain matrix"));
    Matcher type = TYPE.matcher(descr);
    if (!type.matches()) {
      throw ExchangeException.at(
          file, "holds '%s'; float16, float32 and float64 are read".formatted(descr));
    }
    String order =
        first(FORTRAN, text)
            .orElseThrow(() -> ExchangeException.at(file, "does not say 'fortran_order'"));
    String shape =
        first(SHAPE, text).orElseThrow(() -> ExchangeException.at(file, "does not say a 'shape'"));
    long[] lengths =
        NUMBER
            .matcher(shape)
            .results()
            .mapToLong(number ->
                number.group().length() > DIGITS_MAX
                    ? Long.MAX_VALUE
                    : Long.parseLong(number.group()))
            .toArray();
    if (lengths.length != 2) {
      throw ExchangeException.at(
          file,
          "has the shape (%s); a matrix (vectors, dimensions) is read".formatted(shape.strip()));
    }
    if (lengths[1] < 1 || lengths[1] > DIM_MAX) {
      throw ExchangeException.at(
          file, "has %d dimensions; 1 to %d are read".formatted(lengths[1], DIM_MAX));
    }
    if (lengths[0] > Integer.MAX_VALUE - 8) {
      throw ExchangeException.at(
          file, "has %d vectors, too many for one table".formatted(lengths[0]));
    }
    return new NpyHeader(
        type.group(1).equals("<") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN,
        Integer.parseInt(type.group(2)),
        order.equals("True"),
        (int) lengths[0],
        (int) lengths[1],
        dataAt);
  }

  private static Optional<String> first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private void requireLength(Object file, long fileBytes) {
    long expected = dataAt + (long) rows * dim * valueBytes;
    if (fileBytes < expected) {
      throw ExchangeException.at(
          file,
          "is cut off: (%d, %d) numbers of %d bytes need %d bytes, it has %d"
              .formatted(rows, dim, valueBytes, expected, fileBytes));
    }
    if (fileBytes > expected) {
      throw ExchangeException.at(
          file, "goes on for %d bytes after its numbers".formatted(fileBytes - expected));
    }
  }

  /** A version 1.0 header of single precision rows, padded so that the numbers are aligned. */
  static byte[] bytes(int rows, int dim) {
    String text =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows, dim);
    int bytes = 2 * ALIGNMENT; // enough for any two lengths
    ByteBuffer header = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (bytes - header.position() - 2));
    header.put(text.getBytes(StandardCharsets.US_ASCII));
    while (header.remaining() > 1) {
      header.put((byte) ' ');
    }
    return header.put((byte) '\n').array();
  }
}
