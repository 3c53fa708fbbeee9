package org.espalier.bench.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreException;
import org.espalier.embeddings.store.StoreOptions;
import org.springframework.util.FileSystemUtils;

/**
 * A copy of a store of which one byte is changed. It must be refused, found to be damaged, or be whole all the same: the byte
 * may be one that nobody needs. One case cannot be told from a crash: damage to the last records of the log looks like a
 * write that was under way, and cuts the log off there; that is counted, and must have cut off the newest events only.
 */
final class DamagedCopy {

  /** What became of it. */
  enum Outcome {
    REFUSED,
    WHOLE,
    CUT_OFF
  }

  private static final String FILES = ".*\\.(sst|log)|MANIFEST-.*|CURRENT|FORMAT|OPTIONS-.*";

  private final Subject subject;
  private final Path scratch;
  private final SplittableRandom random;
  private final Violations violations;

  DamagedCopy(Subject subject, Path scratch, SplittableRandom random, Violations violations) {
    this.subject = subject;
    this.scratch = scratch;
    this.random = random;
    this.violations = violations;
  }

  /** Copies the store of a stopped service, damages the copy, and looks at it. */
  Outcome examine(Ledger ledger) throws IOException, InterruptedException {
    Path copy = scratch.resolve("copy");
    FileSystemUtils.deleteRecursively(copy);
    FileSystemUtils.copyRecursively(subject.data().resolve("store"), copy.resolve("store"));
    try {
      Path damaged = damage(copy);
      Path said = scratch.resolve("verify.log");
      // In a process of its own: native code that meets nonsense must not take the suite with it.
      int code = subject.command(said, "verify", "--data-dir", copy.toString());
      if (code == 1) {
        return Outcome.REFUSED;
      }
      if (code != 0) {
        violations.add(
            "verify of a copy with damage to %s ended with %d: %s"
                .formatted(copy.relativize(damaged), code, Files.readString(said)));
        return Outcome.REFUSED;
      }
      return missing(copy, damaged, ledger);
    } finally {
      FileSystemUtils.deleteRecursively(copy);
    }
  }

  private Path damage(Path copy) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(copy)) {
      files =
          all.filter(file -> file.getFileName().toString().matches(FILES))
              .filter(file -> file.toFile().length() > 0)
              .sorted()
              .toList();
    }
    Path chosen = files.get(random.nextInt(files.size()));
    try (FileChannel channel =
        FileChannel.open(chosen, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long at = random.nextLong(channel.size());
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ (1 << random.nextInt(8))));
      one.rewind();
      channel.write(one, at);
    }
    return chosen;
  }

  /** The copy calls itself sound: then everything must be there. */
  private Outcome missing(Path copy, Path damaged, Ledger ledger) {
    AtomicLong missing = new AtomicLong();
    try (Store store = Store.open(copy.resolve("store"), StoreOptions.defaults())) {
      ledger.forEachId(id -> {
        if (store.offsets().sequenceOf(id).isEmpty()) {
          missing.incrementAndGet();
        }
      });
    } catch (StoreException e) {
      return Outcome.REFUSED;
    }
    if (missing.get() == 0) {
      return Outcome.WHOLE;
    }
    boolean log = damaged.getFileName().toString().endsWith(".log");
    if (!log) {
      violations.add(
          "a copy with damage to %s calls itself sound, and %d acknowledged events are missing"
              .formatted(copy.relativize(damaged), missing.get()));
    }
    return Outcome.CUT_OFF;
  }
}
