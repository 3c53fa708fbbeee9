package org.espalier.kgat.history;

import java.io.IOException;
import java.nio.file.Path;
import org.espalier.kgat.model.ModelFile;

/**
 * A {@link HistoryPropagator} in a file, in the frame of {@link ModelFile}:
 *
 * <pre>
 * size of the closed form (4), size of the encoder (4), scale of the encoder (4)
 * items (4), the entity of each (4)
 * arrays: source rows, target rows, bias
 * </pre>
 */
public final class HistoryPropagatorFile {

  private static final int MAGIC = 0x45535048; // "ESPH"
  private static final int VERSION = 1;
  private static final int SIZE_MAX = 1 << 14;

  private HistoryPropagatorFile() {}

  /**
   * Writes a file, all of it or none.
   *
   * @throws IOException when it cannot; what was there before stays
   */
  public static void write(HistoryPropagator model, Path file) throws IOException {
    ModelFile.write(
        file,
        MAGIC,
        VERSION,
        out -> {
          out.writeInt(model.closedDim());
          out.writeInt(model.bias().length);
          out.writeFloat(model.encoderScale());
          out.writeInt(model.itemCount());
          for (int item : model.items()) {
            out.writeInt(item);
          }
          ModelFile.writeArray(model.source(), out);
          ModelFile.writeArray(model.target(), out);
          ModelFile.writeArray(model.bias(), out);
        });
  }

  /**
   * Reads a file.
   *
   * @throws IOException naming the file, when it cannot be read, is damaged, of another version, or holds
   *     a number that is not finite
   */
  public static HistoryPropagator read(Path file) throws IOException {
    return ModelFile.read(file, "history propagator", MAGIC, VERSION, HistoryPropagatorFile::parse);
  }

  private static HistoryPropagator parse(ModelFile.Reader in) throws IOException {
    int closedDim = in.bounded("size of the closed form", 1, SIZE_MAX);
    int encoderDim = in.bounded("size of the encoder", 1, SIZE_MAX);
    float scale = in.nonNegative("scale of the encoder");
    int count = in.bounded("items", 0, Integer.MAX_VALUE);
    int[] items = in.ints("items", count);
    for (int row = 1; row < count; row++) {
      if (items[row - 1] < 0 || items[row] <= items[row - 1]) {
        throw new IOException("items: row %d is out of order".formatted(row));
      }
    }
    long width = (long) closedDim + encoderDim;
    return new HistoryPropagator(
        closedDim,
        items,
        in.array("source rows", count * width),
        in.array("target rows", count * (width + 1)),
        in.array("bias", encoderDim),
        scale);
  }
}
