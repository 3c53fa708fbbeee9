package org.espalier.service.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/** One folder a job, named by its number. */
final class WorkFolders {

  private static final Logger log = LoggerFactory.getLogger(WorkFolders.class);

  private final Path root;

  WorkFolders(Path root) {
    this.root = root;
  }

  Path create(long job) {
    try {
      return Files.createDirectories(folder(job));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the work folder " + folder(job), e);
    }
  }

  /** A folder that cannot be removed is tried again at the next start. */
  void remove(long job) {
    remove(folder(job));
  }

  /** Removes the folders of jobs that have ended. */
  void removeAllBut(LongPredicate live) {
    if (!Files.isDirectory(root)) {
      return;
    }
    try (var folders = Files.list(root)) {
      folders
          .filter(folder -> folder.getFileName().toString().matches("\\d{1,18}"))
          .filter(folder -> !live.test(Long.parseLong(folder.getFileName().toString())))
          .forEach(WorkFolders::remove);
    } catch (IOException e) {
      log.warn("The work folders in {} cannot be listed: {}", root, e.toString());
    }
  }

  private static void remove(Path folder) {
    try {
      FileSystemUtils.deleteRecursively(folder);
    } catch (IOException e) {
      log.warn("The work folder {} cannot be removed: {}", folder, e.toString());
    }
  }

  private Path folder(long job) {
    return root.resolve(Long.toString(job));
  }
}
