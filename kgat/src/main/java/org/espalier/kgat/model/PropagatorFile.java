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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * A propagator in a file: what a service loads to go on where training stopped. Vectors are not in it;
 * they follow from it and the graph.
 *
 * <p>Big-endian:
 *
 * <pre>
 * magic (4), version (4)
 * dim (4), layers (4), size (4) each, aggregator, readout, normalised (1), leak (4)
 * weighting, smoothing (4), weight of triples (4), users (4), relations (4), size of a relation (4)
 * base rows: how many (4); each its size (4) and so many floats, without the zeros at its end
 * arrays: length (4), floats; each layer's weights, relations' vectors and projections
 * CRC32C of all that (4)
 * </pre>
 *
 * Names are length (2) and UTF-8. Without attention there are no relations.
 */
public final class PropagatorFile {

  private static final int MAGIC = 0x45535047; // "ESPG"
  private static final int VERSION = 2;
  private static final int LAYERS_MAX = 16;
  private static final int SIZE_MAX = 1 << 14;
  private static final int FLOATS_AT_ONCE = 1 << 12;
  private static final int ROWS_MAX = Integer.MAX_VALUE - 8; // values of all base rows

  private PropagatorFile() {}

  /**
   * Writes a file, all of it or none: it appears when it is complete and on the disk.
   *
   * @throws IOException when it cannot; what was there before stays
   */
  public static void write(Propagator propagator, Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path part = Files.createTempFile(directory, file.getFileName() + ".", ".part");
    try {
      try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        CheckedOutputStream checked =
            new CheckedOutputStream(
                new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16), new CRC32C());
        DataOutputStream out = new DataOutputStream(checked);
        writeHead(propagator, out);
        List<float[]> arrays = propagator.arrays();
        writeRows(arrays.getFirst(), propagator.shape().dim(), out);
        for (float[] array : arrays.subList(1, arrays.size())) {
          writeArray(array, out);
        }
        out.writeInt((int) checked.getChecksum().getValue());
        out.flush();
        channel.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void writeHead(Propagator propagator, DataOutputStream out) throws IOException {
    PropagationSpec shape = propagator.shape();
    out.writeInt(MAGIC);
    out.writeInt(VERSION);
    out.writeInt(shape.dim());
    out.writeInt(shape.depth());
    for (int size : shape.layers()) {
      out.writeInt(size);
    }
    out.writeUTF(shape.aggregator().name());
    out.writeUTF(shape.readout().name());
    out.writeBoolean(shape.normalised());
    out.writeFloat(shape.leak());
    out.writeUTF(propagator.weighting().name());
    out.writeFloat(propagator.smoothing());
    out.writeFloat(propagator.tripleWeight());
    out.writeInt(propagator.userCount());
    out.writeInt(propagator.transR().map(TransR::relations).orElse(0));
    out.writeInt(propagator.transR().map(TransR::size).orElse(0));
  }

  private static void writeRows(float[] rows, int dim, DataOutputStream out) throws IOException {
    out.writeInt(rows.length / dim);
    for (int at = 0; at < rows.length; at += dim) {
      int size = dim;
      while (size > 0 && Float.floatToRawIntBits(rows[at + size - 1]) == 0) {
        size--;
      }
      out.writeInt(size);
      for (int d = 0; d < size; d++) {
        out.writeInt(Float.floatToRawIntBits(rows[at + d]));
      }
    }
  }

  private static void writeArray(float[] array, DataOutputStream out) throws IOException {
    out.writeInt(array.length);
    for (float x : array) {
      out.writeInt(Float.floatToRawIntBits(x));
    }
  }

  /**
   * Reads a file.
   *
   * @throws IOException naming the file, when it cannot be read, is damaged, of a newer version, or holds
   *     a number that is not finite
   */
  public static Propagator read(Path file) throws IOException {
    long size = Files.size(file);
    try (CheckedInputStream checked =
            new CheckedInputStream(
                new BufferedInputStream(Files.newInputStream(file), 1 << 16), new CRC32C());
        DataInputStream in = new DataInputStream(checked)) {
      Propagator propagator = new Reader(in, size).propagator();
      int computed = (int) checked.getChecksum().getValue();
      if (in.readInt() != computed) {
        throw new IOException("its checksum does not fit its content");
      }
      if (in.read() >= 0) {
        throw new IOException("there is more behind its end");
      }
      return propagator;
    } catch (EOFException e) {
      throw new IOException("propagator file " + file + " is cut off", e);
    } catch (IOException | RuntimeException e) {
      throw new IOException("propagator file " + file + ": " + e.getMessage(), e);
    }
  }

  /** Reads what is bounded by the file's size, so that a damaged length asks for no memory. */
  private record Reader(DataInputStream in, long fileSize) {

    Propagator propagator() throws IOException {
      if (in.readInt() != MAGIC) {
        throw new IOException("it is not a propagator");
      }
      int version = in.readInt();
      if (version != VERSION) {
        throw new IOException("it has version %d, this reads %d".formatted(version, VERSION));
      }
      PropagationSpec shape = shape();
      EdgeWeighting weighting = name(EdgeWeighting.class);
      float smoothing = nonNegative("smoothing");
      float tripleWeight = nonNegative("weight of triples");
      int users = bounded("users", 0, Integer.MAX_VALUE);
      int relations = bounded("relations", 0, 1 << 20);
      int relationSize = bounded("size of a relation", 0, SIZE_MAX);

      float[] base = rows(shape.dim());
      List<LayerWeights> layers = new ArrayList<>();
      for (int l = 1; l <= shape.depth(); l++) {
        LayerWeights layer =
            LayerWeights.zeros(shape.aggregator(), shape.size(l - 1), shape.size(l));
        float[] values = array("weights of layer " + l, layer.values().length);
        layers.add(new LayerWeights(layer.aggregator(), layer.in(), layer.out(), values));
      }
      Optional<TransR> transR = Optional.empty();
      if (weighting == EdgeWeighting.ATTENTION) {
        long vectors = (long) relations * relationSize;
        transR =
            Optional.of(
                new TransR(
                    relations,
                    shape.dim(),
                    relationSize,
                    array("vectors of relations", vectors),
                    array("projections of relations", vectors * shape.dim())));
      }
      return new Propagator(shape, weighting, smoothing, tripleWeight, users, base, layers, transR);
    }

    private PropagationSpec shape() throws IOException {
      int dim = bounded("dim", 1, SIZE_MAX);
      int depth = bounded("layers", 0, LAYERS_MAX);
      List<Integer> layers = new ArrayList<>();
      for (int l = 0; l < depth; l++) {
        layers.add(bounded("size of a layer", 1, SIZE_MAX));
      }
      return new PropagationSpec(
          dim,
          layers,
          name(Aggregator.class),
          name(PropagationSpec.Readout.class),
          in.readBoolean(),
          in.readFloat());
    }

    private <E extends Enum<E>> E name(Class<E> type) throws IOException {
      return Enum.valueOf(type, in.readUTF());
    }

    private int bounded(String what, int min, int max) throws IOException {
      int value = in.readInt();
      if (value < min || value > max) {
        throw new IOException("%s: %d is not in %d … %d".formatted(what, value, min, max));
      }
      return value;
    }

    private float nonNegative(String what) throws IOException {
      float value = in.readFloat();
      if (!(value >= 0) || Float.isInfinite(value)) {
        throw new IOException("%s: %s is not a number of at least 0".formatted(what, value));
      }
      return value;
    }

    /** Base rows; a row that is not stored in full takes its zeros from here. */
    private float[] rows(int dim) throws IOException {
      int count = bounded("base rows", 0, (int) Math.min(ROWS_MAX / dim, fileSize / Integer.BYTES));
      float[] rows = new float[count * dim];
      byte[] bytes = new byte[dim * Float.BYTES];
      for (int row = 0; row < count; row++) {
        int size = bounded("size of base row " + row, 0, dim);
        in.readFully(bytes, 0, size * Float.BYTES);
        ByteBuffer.wrap(bytes).asFloatBuffer().get(rows, row * dim, size);
      }
      requireFinite("base rows", rows);
      return rows;
    }

    private float[] array(String what, long expected) throws IOException {
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

    private static void requireFinite(String what, float[] array) throws IOException {
      for (int i = 0; i < array.length; i++) {
        if (!Float.isFinite(array[i])) {
          throw new IOException("%s: value %d is %s".formatted(what, i, array[i]));
        }
      }
    }
  }
}
