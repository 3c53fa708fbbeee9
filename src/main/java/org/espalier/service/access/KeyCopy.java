package org.espalier.service.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.espalier.service.platform.StartFailedException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A copy of the keys' rows in the data folder, hashes and no secrets: what a start goes by before the database is open, and
 * while it is away. Written after every change, and readable by the service's user alone.
 */
final class KeyCopy {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final Path file;

  KeyCopy(Path controlDir) {
    this.file = controlDir.resolve("keys.json");
  }

  /** No rows where there is no copy. */
  List<KeyRow> read() {
    try {
      return Files.exists(file)
          ? List.copyOf(Arrays.asList(JSON.readValue(Files.readAllBytes(file), KeyRow[].class)))
          : List.of();
    } catch (JacksonException e) {
      throw new StartFailedException(
          file + " is damaged; restore it, or delete it to have it written anew from the database",
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  synchronized void write(List<KeyRow> rows) {
    byte[] bytes = JSON.writeValueAsBytes(rows);
    try {
      Files.createDirectories(file.getParent());
      if (Files.exists(file) && Arrays.equals(Files.readAllBytes(file), bytes)) {
        return;
      }
      Path whole = file.resolveSibling("keys.json.new");
      Files.deleteIfExists(whole);
      Files.createFile(whole, ownerOnly());
      Files.write(whole, bytes);
      try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
