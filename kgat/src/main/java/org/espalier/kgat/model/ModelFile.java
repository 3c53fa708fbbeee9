package org.espalier.kgat.model;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * Files of trained models: big-endian, a magic number (4), a version (4), what the model writes, and a
 * CRC32C of all that (4). Arrays are length (4) and floats.
 */
public final class ModelFile {

  private static final int FLOATS_AT_ONCE = 1 << 12;

  private ModelFile() {}

  /** Writes a model. */
  public interface Content {
    void write(DataOutputStream out) throws IOException;
  }

  /** Reads a model. */
  public interface Parser<T> {
    T read(Reader in) throws IOException;
  }

  /**
   * Writes a file, all of it or none: it appears when it is complete and on the disk.
   *
   * @throws IOException when it cannot; what was there before stays
   */
  public static void write(Path file, int magic, int version, Content content) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path part = Files.createTempFile(directory, file.getFileName() + ".", ".part");
    try {
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        CheckedOutputStream checked =
            new CheckedOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16), new CRC32C());
        DataOutputStream out = new DataOutputStream(checked);
        out.writeInt(magic);
        out.writeInt(version);
        content.write(out);
        out.writeInt((int) checked.getChecksum().getValue());
        out.flush();
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Writes an array with its length. */
  public static void writeArray(float[] array, DataOutputStream out) throws IOException {
    out.writeInt(array.length);
    for (float x : array) {
      out.writeInt(Float.floatToRawIntBits(x));
    }
  }

  /**
   * Reads a file.
   *
   * @param what the model is called in errors
   * @throws IOException naming the file, when it cannot be read, is damaged, of another version, or holds
   *     a number that is not finite
   */
  public static <T> T read(Path file, String what, int magic, int version, Parser<T> parser)
      throws IOException {
    long size = Files.size(file);
    try (CheckedInputStream checked =
            new CheckedInputStream(
                new BufferedInputStream(Files.newInputStream(file), 1 << 16), new CRC32C());
        DataInputStream in = new DataInputStream(checked)) {
      if (in.readInt() != magic) {
        throw new IOException("it is not a " + what);
      }
      int found = in.readInt();
      if (found != version) {
        throw new IOException("it has version %d, this reads %d".formatted(found, version));
      }
      T model = parser.read(new Reader(in, size));
      int computed = (int) checked.getChecksum().getValue();
      if (in.readInt() != computed) {
        throw new IOException("its checksum does not fit its content");
      }
      if (in.read() >= 0) {
        throw new IOException("there is more behind its end");
      }
      return model;
    } catch (EOFException e) {
      throw new IOException("%s file %s is cut off".formatted(what, file), e);
    } catch (IOException | RuntimeException e) {
      throw new IOException("%s file %s: %s".formatted(what, file, e.getMessage()), e);
    }
  }

  /** Reads what is bounded by the file's size, so that a damaged length asks for no memory. */
  public static final class Reader {

    private final DataInputStream in;
    private final long fileSize;

    private Reader(DataInputStream in, long fileSize) {
      this.in = in;
      this.fileSize = fileSize;
    }

    /** What is not a number of at least 0, or an array. */
    DataInputStream in() {
      return in;
    }

    long fileSize() {
      return fileSize;
    }

    /** An integer of a range. */
    public int bounded(String what, int min, int max) throws IOException {
      int value = in.readInt();
      if (value < min || value > max) {
        throw new IOException("%s: %d is not in %d … %d".formatted(what, value, min, max));
      }
      return value;
    }

    /** A finite number of at least 0. */
    public float nonNegative(String what) throws IOException {
      float value = in.readFloat();
      if (!(value >= 0) || Float.isInfinite(value)) {
        throw new IOException("%s: %s is not a number of at least 0".formatted(what, value));
      }
      return value;
    }

    /** Integers behind each other, without a length. */
    public int[] ints(String what, int count) throws IOException {
      if ((long) count * Integer.BYTES > fileSize) {
        throw new IOException("%s: %d values do not fit".formatted(what, count));
      }
      int[] array = new int[count];
      for (int i = 0; i < count; i++) {
        array[i] = in.readInt();
      }
      return array;
    }

    /** An array whose length is known. */
    public float[] array(String what, long expected) throws IOException {
      int length = in.readInt();
      boolean fits = length >= 0 && (long) length * Float.BYTES <= fileSize;
      if (!fits || length != expected) {
        throw new IOException("%s: %d values do not fit".formatted(what, length));
      }
      float[] array = new float[length];
      byte[] bytes = new byte[FLOATS_AT_ONCE * Float.BYTES];
      for (int from = 0; from < length; from += FLOATS_AT_ONCE) {
        int count = Math.min(FLOATS_AT_ONCE, length - from);
        in.readFully(bytes, 0, count * Float.BYTES);
        ByteBuffer.wrap(bytes).asFloatBuffer().get(array, from, count);
      }
      requireFinite(what, array);
      return array;
    }

    static void requireFinite(String what, float[] array) throws IOException {
      for (int i = 0; i < array.length; i++) {
        if (!Float.isFinite(array[i])) {
          throw new IOException("%s: value %d is %s".formatted(what, i, array[i]));
        }
      }
    }
  }
}
