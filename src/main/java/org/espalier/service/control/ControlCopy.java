package org.espalier.service.control;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import javax.sql.DataSource;
import org.espalier.embeddings.store.StoreException;
import org.espalier.embeddings.store.StoreException.Kind;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.stereotype.Component;

/** A copy of the control plane's database for a backup: made while it is in use, and put back. */
@Component
public final class ControlCopy {

  /** The hashes of keys that a start goes by before the database is open; without it nobody could be let in. */
  private static final String KEYS = "keys.json";

  private final JdbcConnectionDetails details;
  private final DataSource database;

  ControlCopy(JdbcConnectionDetails details, DataSource database) {
    this.details = details;
    this.database = database;
  }

  /**
   * Writes a copy of this moment.
   *
   * @param target a file that does not exist
   * @return false when there is nothing to copy: the database is on a server, whose own backups it is in, or it was never
   *     opened
   */
  public boolean write(Path target) {
    if (!(details instanceof FileDatabase file && file.exists())) {
      return false;
    }
    try (Connection connection = database.getConnection();
        PreparedStatement copy = connection.prepareStatement("backup to ?")) {
      copy.setString(1, target.toString());
      copy.execute();
      addKeys(file.folder().resolve(KEYS), target);
      return true;
    } catch (SQLException | IOException e) {
      throw new StoreException(
          Kind.IO, "cannot copy the control plane's database to %s: %s".formatted(target, e), e);
    }
  }

  private static void addKeys(Path keys, Path copy) throws IOException {
    if (Files.exists(keys)) {
      try (FileSystem zip = FileSystems.newFileSystem(copy)) {
        Files.copy(keys, zip.getPath(KEYS));
      }
    }
  }

  /**
   * Makes a database of a copy, and opens it for a proof.
   *
   * @param folder where the database's file goes; none is there
   * @throws StoreException DAMAGED for what is no copy; NEWER_FORMAT when a newer Espalier made it; IO
   */
  public static void restore(Path copy, Path folder) {
    try {
      Files.createDirectories(folder);
      unpack(copy, folder);
      check(copy, new FileDatabase(folder));
    } catch (ZipException e) {
      throw new StoreException(Kind.DAMAGED, copy + " is damaged; restore another backup", e);
    } catch (IOException e) {
      throw new StoreException(Kind.IO, "cannot restore %s: %s".formatted(copy, e), e);
    }
  }

  private static void unpack(Path copy, Path folder) throws IOException {
    boolean hasDatabase = false;
    try (InputStream file = Files.newInputStream(copy);
        ZipInputStream zip = new ZipInputStream(file)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        switch (entry.getName()) {
          case FileDatabase.FILE -> {
            Files.copy(zip, folder.resolve(FileDatabase.FILE));
            hasDatabase = true;
          }
          case KEYS -> Files.write(newPrivateFile(folder.resolve(KEYS)), zip.readAllBytes());
          default -> throw new ZipException("what is " + entry.getName());
        }
      }
    }
    if (!hasDatabase) {
      throw new ZipException("no " + FileDatabase.FILE + " in it");
    }
  }

  /** Readable by the service's user alone, where the file system knows users. */
  private static Path newPrivateFile(Path file) throws IOException {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
        : Files.createFile(file);
  }

  private static void check(Path copy, FileDatabase database) {
    try {
      Flyway flyway =
          Flyway.configure()
              .dataSource(database.getJdbcUrl(), database.getUsername(), database.getPassword())
              .load();
      boolean newer =
          Arrays.stream(flyway.info().applied())
              .map(MigrationInfo::getState)
              .anyMatch(state ->
                  state == MigrationState.FUTURE_SUCCESS || state == MigrationState.FUTURE_FAILED);
      if (newer) {
        throw new StoreException(
            Kind.NEWER_FORMAT,
            copy + " was made by a newer Espalier; restore it with that version");
      }
    } catch (FlywayException e) {
      throw new StoreException(
          Kind.DAMAGED, copy + " holds no database that opens; restore another backup", e);
    }
  }
}
