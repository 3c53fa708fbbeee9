package org.espalier.service.upkeep;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Files that are whole or not there, after a crash too. */
final class DurableFiles {

  private DurableFiles() {}

  static void write(byte[] content, Path target) throws IOException {
    finish(Files.write(unfinished(target), content), target);
  }

  static void copy(Path from, Path target) throws IOException {
    finish(Files.copy(from, unfinished(target), StandardCopyOption.REPLACE_EXISTING), target);
  }

  private static Path unfinished(Path target) {
    return target.resolveSibling(target.getFileName() + ".tmp");
  }

  private static void finish(Path whole, Path target) throws IOException {
    try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
