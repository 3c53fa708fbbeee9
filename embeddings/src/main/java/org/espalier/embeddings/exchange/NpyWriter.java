package org.espalier.embeddings.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes a NumPy file of single precision vectors one after the other; how many is known at the end. */
public final class NpyWriter implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 18;

  private final Path path;
  private final int dim;
  private final FileChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private int rows;

  private NpyWriter(Path path, int dim, FileChannel channel) {
    this.path = path;
    this.dim = dim;
    this.channel = channel;
  }

  /** Begins a file that must not exist. */
  public static NpyWriter create(Path path, int dim) {
    if (dim < 1 || dim > NpyHeader.DIM_MAX) {
      throw ExchangeException.at(
          path, "%d dimensions; 1 to %d are written".formatted(dim, NpyHeader.DIM_MAX));
    }
    try {
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      NpyWriter writer = new NpyWriter(path, dim, channel);
      writer.buffer.put(NpyHeader.bytes(0, dim));
      return writer;
    } catch (IOException e) {
      throw ExchangeException.of(path, e);
    }
  }

  /** Adds {@code vector[0 .. dim)}. */
  public void add(float[] vector) {
    try {
      if (buffer.remaining() < dim * Float.BYTES) {
        drain();
      }
      for (int d = 0; d < dim; d++) {
        buffer.putFloat(vector[d]);
      }
      rows++;
    } catch (IOException e) {
      throw ExchangeException.of(path, e);
    }
  }

  private void drain() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  /** Ends the file with what was added. */
  @Override
  public void close() {
    try (channel) {
      drain();
      ByteBuffer header = ByteBuffer.wrap(NpyHeader.bytes(rows, dim));
      while (header.hasRemaining()) {
        channel.write(header, header.position());
      }
      channel.force(true);
    } catch (IOException e) {
      throw ExchangeException.of(path, e);
    }
  }
}
