package org.espalier.service.control;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.platform.StartFailedException;
import org.springframework.stereotype.Component;

/**
 * The name of a data folder in the database. Jobs and notes are about one store, and several services may share a
 * database.
 */
@Component
public final class Instance {

  private final String id;

  Instance(EspalierProperties properties) {
    this.id = readOrCreate(properties.controlDir());
  }

  /** 36 characters. */
  public String id() {
    return id;
  }

  private static String readOrCreate(Path folder) {
    Path file = folder.resolve("instance");
    try {
      if (Files.exists(file)) {
        String known = Files.readString(file, US_ASCII).strip();
        return UUID.fromString(known).toString();
      }
      Files.createDirectories(folder);
      String created = UUID.randomUUID().toString();
      Path whole = Files.writeString(folder.resolve("instance.new"), created, US_ASCII);
      Files.move(whole, file);
      return created;
    } catch (IllegalArgumentException e) {
      throw new StartFailedException(
          file + " holds no instance id; restore it, or delete it to forget this folder's jobs", e);
    } catch (IOException e) {
      throw new StartFailedException(
          "cannot read or write %s (%s); make room on its disk, and let this user write there"
              .formatted(file, e.getMessage()),
          e);
    }
  }
}
