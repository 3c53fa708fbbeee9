package org.espalier.bench.torture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreException;
import org.espalier.embeddings.store.StoreOptions;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * Copies of a store of which one byte is changed. Each must be refused, found to be damaged, or be whole all the same: the
 * byte may be one that nobody needs. One case cannot be told from a crash: damage to the last records of the log looks like
 * a write that was under way, and cuts the log off there. That is counted; what went must be newer than all that is left.
 *
 * <p>The torturer takes a copy while the service is down, and a thread of this class looks at it beside the next faults.
 */
final class DamagedCopy {

  /** What became of a copy. */
  enum Outcome {
    REFUSED,
    WHOLE,
    CUT_OFF;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String FILES = ".*\\.(sst|log)|MANIFEST-.*|CURRENT|FORMAT|OPTIONS-.*";

  /** Copies that are damaged, each in its own way, of a store that was taken once. */
  private static final int EACH = 3;

  private final Subject subject;
  private final Path original;
  private final Path scratch;
  private final SplittableRandom random;
  private final Violations violations;
  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class); // guarded by itself
  private @Nullable Thread looking; // of the torturer's thread

  DamagedCopy(Subject subject, Path work, SplittableRandom random, Violations violations) {
    this.subject = subject;
    this.original = work.resolve("original");
    this.scratch = work.resolve("scratch");
    this.random = random;
    this.violations = violations;
  }

  /** How often each came out. */
  Map<Outcome, Integer> outcomes() {
    synchronized (outcomes) {
      return new EnumMap<>(outcomes);
    }
  }

  /** Whether the last copy has been looked at. */
  boolean isIdle() {
    return looking == null || !looking.isAlive();
  }

  /** Copies the store of a stopped service, and has it looked at. */
  void take(Ledger ledger) throws IOException, InterruptedException {
    await();
    FileSystemUtils.deleteRecursively(original);
    FileSystemUtils.copyRecursively(subject.data().resolve("store"), original.resolve("store"));
    List<String> acknowledged = ledger.ids();
    looking = Thread.ofPlatform().daemon().start(() -> look(acknowledged));
  }

  private void look(List<String> acknowledged) {
    try {
      for (int i = 0; i < EACH; i++) {
        Outcome outcome = examine(acknowledged);
        synchronized (outcomes) {
          outcomes.merge(outcome, 1, Integer::sum);
        }
      }
    } catch (IOException | RuntimeException e) {
      violations.add("the suite itself failed with a damaged copy: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Outcome examine(List<String> acknowledged) throws IOException, InterruptedException {
    FileSystemUtils.deleteRecursively(scratch);
    FileSystemUtils.copyRecursively(original, scratch);
    Path damaged = damage();
    Path said = scratch.resolve("verify.log");
    // In a process of its own: native code that meets nonsense must not take the suite with it.
    int code = subject.command(said, "verify", "--data-dir", scratch.toString());
    if (code == 1) {
      return Outcome.REFUSED;
    }
    if (code != 0) {
      violations.add(
          "verify of a copy with damage to %s ended with %d: %s"
              .formatted(scratch.relativize(damaged), code, Files.readString(said)));
      return Outcome.REFUSED;
    }
    boolean log = damaged.getFileName().toString().endsWith(".log");
    return compare(acknowledged, log, scratch.relativize(damaged));
  }

  private Path damage() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(scratch)) {
      files =
          all.filter(file -> file.getFileName().toString().matches(FILES))
              .filter(file -> file.toFile().length() > 0)
              .sorted(Comparator.comparing((Path file) -> !isLog(file)).thenComparing(file -> file))
              .toList();
    }
    // The log's files are few, and more can go wrong with them.
    long logs = files.stream().filter(DamagedCopy::isLog).count();
    int among = logs > 0 && random.nextInt(3) == 0 ? (int) logs : files.size();
    Path chosen = files.get(random.nextInt(among));
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

  private static boolean isLog(Path file) {
    return file.getFileName().toString().endsWith(".log");
  }

  /** The copy calls itself sound: then everything must be there, but for the newest events when the log was damaged. */
  private Outcome compare(List<String> acknowledged, boolean log, Path damaged) throws IOException {
    Path whole = scratch.resolveSibling("whole");
    FileSystemUtils.deleteRecursively(whole);
    FileSystemUtils.copyRecursively(original, whole);
    try (Store before = Store.open(whole.resolve("store"), StoreOptions.defaults())) {
      return compare(acknowledged, before, log, damaged);
    } finally {
      FileSystemUtils.deleteRecursively(whole);
    }
  }

  private Outcome compare(List<String> acknowledged, Store before, boolean log, Path damaged) {
    try (Store sound = Store.open(scratch.resolve("store"), StoreOptions.defaults())) {
      Loss loss = Loss.of(acknowledged, before, sound);
      if ((loss.missing() > 0 && !log) || loss.older() > 0) {
        violations.add(
            "a copy with damage to %s calls itself sound and lacks %d acknowledged events, %d of them older than some it has"
                .formatted(damaged, loss.missing(), loss.older()));
      }
      return loss.missing() == 0 ? Outcome.WHOLE : Outcome.CUT_OFF;
    } catch (StoreException e) {
      return Outcome.REFUSED;
    }
  }

  /**
   * What a store lacks of what it had before.
   *
   * @param missing acknowledged events that it does not have
   * @param older those of them that came before the newest that it has
   */
  record Loss(long missing, long older) {

    static Loss of(List<String> acknowledged, Store before, Store after) {
      long missing = 0;
      long older = 0;
      for (String id : acknowledged) {
        if (after.offsets().sequenceOf(id).isEmpty()) {
          missing++;
          OptionalLong sequence = before.offsets().sequenceOf(id);
          if (sequence.isPresent() && sequence.getAsLong() <= after.lastSequence()) {
            older++;
          }
        }
      }
      return new Loss(missing, older);
    }
  }

  /** Waits until the last copy has been looked at. */
  void await() throws InterruptedException {
    if (looking != null) {
      looking.join();
    }
  }
}
