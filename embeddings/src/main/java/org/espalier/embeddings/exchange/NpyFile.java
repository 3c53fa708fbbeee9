package org.espalier.embeddings.exchange;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.espalier.embeddings.table.VectorSource;

/**
 * The vectors of a NumPy file, mapped into memory: {@code float16}, {@code float32} or {@code float64},
 * either byte order, rows or columns side by side. A double too large for single precision is read as
 * infinite, which whoever checks the vectors refuses. Safe for any number of threads until it is closed.
 */
public final class NpyFile implements VectorSource, AutoCloseable {

  private final Path path;
  private final NpyHeader header;
  private final MemorySegment data;
  private final Arena arena;

  private NpyFile(Path path, NpyHeader header, MemorySegment data, Arena arena) {
    this.path = path;
    this.header = header;
    this.data = data;
    this.arena = arena;
  }

  /**
   * Opens a file and checks that it is as long as its header says.
   *
   * @throws ExchangeException naming the file, when it is no matrix of floats, cut off, or has more
   *     than 4096 columns
   */
  public static NpyFile open(Path path) {
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long fileBytes = channel.size();
      ByteBuffer begin = ByteBuffer.allocate((int) Math.min(fileBytes, NpyHeader.BYTES_MAX));
      while (begin.hasRemaining() && channel.read(begin) >= 0) {
        // a read may stop early
      }
      NpyHeader header = NpyHeader.parse(path, begin.flip(), fileBytes);
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, fileBytes, arena);
      return new NpyFile(path, header, file.asSlice(header.dataAt()), arena);
    } catch (IOException e) {
      try (arena) {
        throw ExchangeException.of(path, e);
      }
    } catch (RuntimeException e) {
      try (arena) {
        throw e;
      }
    }
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public int count() {
    return header.rows();
  }

  @Override
  public int dim() {
    return header.dim();
  }

  @Override
  public void read(int from, int rows, float[] target) {
    Objects.checkFromIndexSize(from, rows, count());
    Objects.checkFromIndexSize(0, Math.multiplyExact(rows, dim()), target.length);
    if (header.columnMajor()) {
      for (int d = 0; d < dim(); d++) {
        copy((long) d * count() + from, rows, target, d, dim());
      }
    } else {
      copy((long) from * dim(), rows * dim(), target, 0, 1);
    }
  }

  /** Copies numbers that lie side by side to every {@code step}-th place of the target. */
  private void copy(long index, int count, float[] target, int at, int step) {
    switch (header.valueBytes()) {
      case 2 -> {
        var layout = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(header.order());
        for (int i = 0; i < count; i++) {
          target[at + i * step] = Float.float16ToFloat(data.get(layout, (index + i) * 2));
        }
      }
      case 4 -> {
        var layout = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(header.order());
        if (step == 1) {
          MemorySegment.copy(data, layout, index * 4, target, at, count);
        } else {
          for (int i = 0; i < count; i++) {
            target[at + i * step] = data.get(layout, (index + i) * 4);
          }
        }
      }
      default -> {
        var layout = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(header.order());
        for (int i = 0; i < count; i++) {
          target[at + i * step] = (float) data.get(layout, (index + i) * 8);
        }
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
