package org.espalier.bench.torture;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system in memory that can be filled up, where this process may mount one. */
final class SmallDisk implements AutoCloseable {

  private static final int MEGABYTES = 768;

  private final Path folder;
  private volatile boolean mounted; // an interrupted suite closes it from another thread

  private SmallDisk(Path folder, boolean mounted) {
    this.folder = folder;
    this.mounted = mounted;
  }

  /** Mounts it on a folder; without the right to do so that stays a folder. */
  static SmallDisk at(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    boolean mounted;
    try {
      mounted =
          new ProcessBuilder(
                      "mount", "-t", "tmpfs", "-o", "size=" + MEGABYTES + "m", "tmpfs", "" + folder)
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start()
                  .waitFor()
              == 0;
    } catch (IOException noMount) {
      mounted = false;
    }
    return new SmallDisk(folder, mounted);
  }

  Path folder() {
    return folder;
  }

  /** Whether it is a disk of its own. */
  boolean isOwn() {
    return mounted;
  }

  /** Leaves no room at all. */
  void fill() throws IOException {
    if (!mounted) {
      throw new IllegalStateException("this disk is everybody's");
    }
    byte[] block = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(filler())) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      // what was wanted
    }
  }

  void makeRoom() throws IOException {
    Files.deleteIfExists(filler());
  }

  private Path filler() {
    return folder.resolve("filler");
  }

  @Override
  public synchronized void close() {
    if (mounted) {
      mounted = false;
      try {
        new ProcessBuilder("umount", "--lazy", folder.toString()).start().waitFor();
      } catch (IOException e) {
        throw new IllegalStateException("cannot unmount " + folder, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
