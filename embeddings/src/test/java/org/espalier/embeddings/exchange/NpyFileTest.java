package org.espalier.embeddings.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.espalier.embeddings.Allocations;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class NpyFileTest {

  @TempDir private Path folder;

  /** A file as numpy.lib.format describes it, made without the code that is tested. */
  private Path file(int version, String header, byte[] data) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    int lengthBytes = version == 1 ? 2 : 4;
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + lengthBytes + text.length + data.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) version).put((byte) 0);
    if (version == 1) {
      bytes.putShort((short) text.length);
    } else {
      bytes.putInt(text.length);
    }
    bytes.put(text).put(data);
    return Files.write(folder.resolve("x.npy"), bytes.array());
  }

  private static float[] all(NpyFile file) {
    float[] values = new float[file.count() * file.dim()];
    file.read(0, file.count(), values);
    return values;
  }

  @ParameterizedTest(name = "{0} version {1}")
  @CsvSource({"<f2,1", "<f4,1", "<f8,1", ">f2,1", ">f4,2", ">f8,3", "<f4,2", "<f4,3"})
  void numbers_of_every_type_order_and_version_are_read(String type, int version)
      throws IOException {
    int size = type.charAt(2) - '0';
    ByteBuffer rows = ByteBuffer.allocate(6 * size).order(order(type));
    ByteBuffer columns = ByteBuffer.allocate(6 * size).order(order(type));
    float[] values = {1, -2.5f, 0.25f, 1024, -0f, 3};
    for (int i = 0; i < 6; i++) {
      put(rows, size, values[i]);
      put(columns, size, values[i % 2 * 3 + i / 2]); // (2, 3): column by column
    }
    String header = "{'descr': '%s', 'fortran_order': %s, 'shape': (2, 3), }   \n";
    try (NpyFile read =
        NpyFile.open(file(version, header.formatted(type, "False"), rows.array()))) {
      assertThat(all(read)).containsExactly(values);
      float[] second = new float[3];
      read.read(1, 1, second);
      assertThat(second).containsExactly(1024, -0f, 3);
    }
    try (NpyFile read =
        NpyFile.open(file(version, header.formatted(type, "True"), columns.array()))) {
      assertThat(all(read)).containsExactly(values);
      float[] second = new float[3];
      read.read(1, 1, second);
      assertThat(second).containsExactly(1024, -0f, 3);
    }
  }

  private static ByteOrder order(String type) {
    return type.startsWith("<") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
  }

  private static void put(ByteBuffer bytes, int size, float value) {
    switch (size) {
      case 2 -> bytes.putShort(Float.floatToFloat16(value));
      case 4 -> bytes.putFloat(value);
      default -> bytes.putDouble(value);
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void what_is_written_is_read_again_bit_for_bit(long seed) {
    Random random = new Random(seed);
    int dim = 1 + random.nextInt(200);
    int rows = random.nextInt(2000);
    float[] values = new float[rows * dim];
    Path path = folder.resolve("w.npy");
    try (NpyWriter writer = NpyWriter.create(path, dim)) {
      for (int r = 0; r < rows; r++) {
        for (int d = 0; d < dim; d++) {
          values[r * dim + d] = Float.intBitsToFloat(random.nextInt());
        }
        writer.add(Arrays.copyOfRange(values, r * dim, (r + 1) * dim));
      }
    }
    try (NpyFile read = NpyFile.open(path)) {
      assertThat(read.count()).isEqualTo(rows);
      assertThat(read.dim()).isEqualTo(dim);
      assertThat(all(read)).isEqualTo(values);
      assertThat(path.toFile().length()).isEqualTo(128 + 4L * rows * dim);
      assertThatThrownBy(() -> read.read(rows, 1, new float[dim]))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2)}|holds '<i4'",
        "{'descr': 'O', 'fortran_order': False, 'shape': (1, 2)}|holds 'O'",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 2)}|one type of numbers",
        "{'descr': '<f4', 'shape': (1, 2)}|'fortran_order'",
        "{'descr': '<f4', 'fortran_order': False}|'shape'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}|a matrix",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 2)}|a matrix",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 0)}|has 0 dimensions",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4097)}|has 4097 dimensions",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 2)}|too many",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2)}|'shape'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)}|is cut off",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2)}|goes on for 8 bytes",
        "nonsense|one type of numbers"
      },
      quoteCharacter = '"')
  void what_is_no_matrix_of_floats_is_refused_by_name(String header, String fault)
      throws IOException {
    Path path = file(1, header, new byte[8]);
    assertThatThrownBy(() -> NpyFile.open(path))
        .isInstanceOf(ExchangeException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(fault)
        .hasMessageNotContaining("\n");
  }

  @Test
  void foreign_files_are_refused() throws IOException {
    Path path = folder.resolve("y.npy");
    for (byte[] bytes :
        new byte[][] {{}, {1, 2, 3}, "PK.... a zip file".getBytes(StandardCharsets.US_ASCII)}) {
      Files.write(path, bytes);
      assertThatThrownBy(() -> NpyFile.open(path)).hasMessageContaining("is no NumPy file");
    }
    Path future = file(4, "", new byte[0]);
    assertThatThrownBy(() -> NpyFile.open(future)).hasMessageContaining("NumPy format 4.0");
    Path long1 = file(2, " ".repeat(NpyHeader.TEXT_BYTES_MAX + 1), new byte[0]);
    assertThatThrownBy(() -> NpyFile.open(long1))
        .hasMessageContaining("has a header of 10001 bytes");
    assertThatThrownBy(() -> NpyFile.open(folder.resolve("none.npy")))
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> NpyFile.open(folder)).isInstanceOf(ExchangeException.class);
    assertThatThrownBy(() -> NpyWriter.create(folder.resolve("z.npy"), 4097))
        .hasMessageContaining("4097 dimensions");
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void mutated_files_are_read_or_refused_and_never_take_much_memory(long seed) throws IOException {
    Random random = new Random(seed);
    Path good = folder.resolve("good.npy");
    try (NpyWriter writer = NpyWriter.create(good, 7)) {
      for (int r = 0; r < 9; r++) {
        writer.add(new float[7]);
      }
    }
    byte[] bytes = Files.readAllBytes(good);
    Path path = folder.resolve("mutated.npy");
    int[] outcomes = new int[2];
    long allocated =
        Allocations.leastOfManyRounds(
            300L << 20,
            () -> {
              for (int i = 0; i < 300; i++) {
                outcomes[mutateAndRead(bytes, path, random) ? 0 : 1]++;
              }
            });
    assertThat(outcomes[0]).isPositive();
    assertThat(outcomes[1]).isPositive();
    assertThat(allocated / 300).as("bytes a file").isLessThan(1 << 20);
  }

  /** Whether the mutated file was read. */
  private static boolean mutateAndRead(byte[] good, Path path, Random random) {
    byte[] bad =
        Arrays.copyOf(good, random.nextInt(3) == 0 ? random.nextInt(good.length) : good.length);
    for (int flips = random.nextInt(6); flips >= 0 && bad.length > 0; flips--) {
      int end = random.nextInt(4) == 0 ? bad.length : Math.min(bad.length, 80); // mostly the header
      bad[random.nextInt(end)] =
          (byte) (random.nextBoolean() ? random.nextInt() : '0' + random.nextInt(10));
    }
    try {
      Files.write(path, bad);
      try (NpyFile read = NpyFile.open(path)) {
        assertThat(4L * read.count() * read.dim()).isLessThanOrEqualTo(2L * bad.length);
        all(read);
        return true;
      }
    } catch (ExchangeException e) {
      assertThat(e).hasMessageStartingWith(path.toString());
      return false;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
