package org.espalier.kgat.model;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
  private static final int ROWS_MAX = Integer.MAX_VALUE - 8; // values of all base rows

  private PropagatorFile() {}

  /**
   * Writes a file, all of it or none: it appears when it is complete and on the disk.
   *
   * @throws IOException when it cannot; what was there before stays
   */
  public static void write(Propagator propagator, Path file) throws IOException {
    ModelFile.write(
        file,
        MAGIC,
        VERSION,
        out -> {
          writeHead(propagator, out);
          List<float[]> arrays = propagator.arrays();
          writeRows(arrays.getFirst(), propagator.shape().dim(), out);
          for (float[] array : arrays.subList(1, arrays.size())) {
            ModelFile.writeArray(array, out);
          }
        });
  }

  private static void writeHead(Propagator propagator, DataOutputStream out) throws IOException {
    PropagationSpec shape = propagator.shape();
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

  /**
   * Reads a file.
   *
   * @throws IOException naming the file, when it cannot be read, is damaged, of a newer version, or holds
   *     a number that is not finite
   */
  public static Propagator read(Path file) throws IOException {
    return ModelFile.read(
        file,
        "propagator",
        MAGIC,
        VERSION,
        in -> new Reader(in, in.in(), in.fileSize()).propagator());
  }

  private record Reader(ModelFile.Reader file, DataInputStream in, long fileSize) {

    Propagator propagator() throws IOException {
      PropagationSpec shape = shape();
      EdgeWeighting weighting = name(EdgeWeighting.class);
      float smoothing = file.nonNegative("smoothing");
      float tripleWeight = file.nonNegative("weight of triples");
      int users = file.bounded("users", 0, Integer.MAX_VALUE);
      int relations = file.bounded("relations", 0, 1 << 20);
      int relationSize = file.bounded("size of a relation", 0, SIZE_MAX);

      float[] base = rows(shape.dim());
      List<LayerWeights> layers = new ArrayList<>();
      for (int l = 1; l <= shape.depth(); l++) {
        LayerWeights layer =
            LayerWeights.zeros(shape.aggregator(), shape.size(l - 1), shape.size(l));
        float[] values = file.array("weights of layer " + l, layer.values().length);
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
                    file.array("vectors of relations", vectors),
                    file.array("projections of relations", vectors * shape.dim())));
      }
      return new Propagator(shape, weighting, smoothing, tripleWeight, users, base, layers, transR);
    }

    private PropagationSpec shape() throws IOException {
      int dim = file.bounded("dim", 1, SIZE_MAX);
      int depth = file.bounded("layers", 0, LAYERS_MAX);
      List<Integer> layers = new ArrayList<>();
      for (int l = 0; l < depth; l++) {
        layers.add(file.bounded("size of a layer", 1, SIZE_MAX));
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

    /** Base rows; a row that is not stored in full takes its zeros from here. */
    private float[] rows(int dim) throws IOException {
      int count =
          file.bounded("base rows", 0, (int) Math.min(ROWS_MAX / dim, fileSize / Integer.BYTES));
      float[] rows = new float[count * dim];
      byte[] bytes = new byte[dim * Float.BYTES];
      for (int row = 0; row < count; row++) {
        int size = file.bounded("size of base row " + row, 0, dim);
        in.readFully(bytes, 0, size * Float.BYTES);
        ByteBuffer.wrap(bytes).asFloatBuffer().get(rows, row * dim, size);
      }
      ModelFile.Reader.requireFinite("base rows", rows);
      return rows;
    }
  }
}
