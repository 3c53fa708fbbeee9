package org.espalier.bench.torture;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.espalier.bench.torture.Api.Answer;
import org.espalier.bench.torture.Ledger.Sent;
import org.jspecify.annotations.Nullable;

/** Does to the service what clusters do, one fault after the other, and looks whether it is well after each. */
final class Torturer {

  /** What is done. */
  enum Fault {
    /** SIGKILL at any moment, and a new start. */
    KILL(32),
    /** SIGSTOP for a while. */
    PAUSE(26),
    /** SIGTERM, and a new start. */
    STOP(6),
    /** No room on the disk for a while; where none can be mounted, a start with a limit that cannot be met. */
    DISK(14),
    /** SIGKILL to the broker, and a new start. */
    BROKER(10),
    /** SIGKILL, and a look at a copy of the store with one byte changed, before the new start. */
    DAMAGE(12);

    private final int weight;

    Fault(int weight) {
      this.weight = weight;
    }
  }

  private static final int USERS_CHECKED = 8;
  private static final long RECOVERY_MS_MAX = 60_000;

  private final Subject subject;
  private final SmallDisk disk;
  private final @Nullable Broker broker;
  private final Api api;
  private final Ledger posted;
  private final Checker checker;
  private final Administrator administrator;
  private final DamagedCopy copies;
  private final SplittableRandom random;
  private final Violations violations;
  private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);
  private final Map<DamagedCopy.Outcome, Integer> damage = new EnumMap<>(DamagedCopy.Outcome.class);

  Torturer(
      Subject subject,
      SmallDisk disk,
      @Nullable Broker broker,
      Api api,
      Ledger posted,
      Checker checker,
      Administrator administrator,
      DamagedCopy copies,
      SplittableRandom random,
      Violations violations) {
    this.subject = subject;
    this.disk = disk;
    this.broker = broker;
    this.api = api;
    this.posted = posted;
    this.checker = checker;
    this.administrator = administrator;
    this.copies = copies;
    this.random = random;
    this.violations = violations;
  }

  Map<Fault, Integer> done() {
    return done;
  }

  Map<DamagedCopy.Outcome, Integer> damage() {
    return damage;
  }

  int faults() {
    return done.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Waits a little, does the next thing, and checks some of what was acknowledged. */
  Fault next() throws IOException, InterruptedException {
    Thread.sleep(200 + random.nextInt(1000));
    Fault fault = choose();
    switch (fault) {
      case KILL -> {
        subject.kill();
        subject.start(api);
      }
      case PAUSE -> subject.pause(100 + random.nextInt(1500));
      case STOP -> {
        if (!subject.stop()) {
          violations.add("SIGTERM does not end it");
        }
        subject.start(api);
      }
      case DISK -> fillDisk();
      case BROKER -> {
        if (broker != null) {
          broker.kill();
          Thread.sleep(random.nextInt(1000));
          broker.restart();
        }
      }
      case DAMAGE -> {
        subject.kill();
        damage.merge(copies.examine(posted), 1, Integer::sum);
        subject.start(api);
      }
    }
    done.merge(fault, 1, Integer::sum);
    lookAround();
    return fault;
  }

  private Fault choose() {
    List<Fault> possible =
        Arrays.stream(Fault.values())
            .filter(fault -> fault != Fault.BROKER || broker != null)
            .toList();
    int dice = random.nextInt(possible.stream().mapToInt(fault -> fault.weight).sum());
    for (Fault fault : possible) {
      dice -= fault.weight;
      if (dice < 0) {
        return fault;
      }
    }
    throw new AssertionError("weights add up");
  }

  private void fillDisk() throws IOException, InterruptedException {
    if (!disk.isOwn()) {
      subject.kill();
      int code = subject.startRefused("-Despalier.store.free-disk-min=1000000GB");
      if (code != 1) {
        violations.add("a start on a disk that is too full ended with %d".formatted(code));
      }
      subject.start(api);
      return;
    }
    disk.fill();
    try {
      Thread.sleep(500 + random.nextInt(1000));
      requireRefusal();
    } finally {
      disk.makeRoom();
    }
  }

  /** A write is refused with a reason, and a ranking answered. */
  private void requireRefusal() throws InterruptedException {
    try {
      Answer write = api.post("/v1/events", "[" + new Sent("full", "full", "i0").json() + "]");
      if (write.ok()) {
        violations.add("a write was acknowledged without room on the disk");
      } else if (!write.notNow()) {
        violations.add("a write without room on the disk was answered with " + write);
      }
      Answer ranking = api.get("/v1/recommend/u0?n=3");
      if (!ranking.ok()) {
        violations.add("without room on the disk a ranking was answered with " + ranking);
      }
    } catch (IOException e) {
      violations.add("without room on the disk it does not answer: " + e);
    }
  }

  private void lookAround() throws InterruptedException {
    long endMs = System.currentTimeMillis() + RECOVERY_MS_MAX;
    long before = posted.count();
    while (posted.count() == before) {
      if (System.currentTimeMillis() > endMs) {
        violations.add("no event has been acknowledged for a minute");
        break;
      }
      Thread.sleep(20);
    }
    try {
      administrator.settle();
    } catch (IOException e) {
      // the database opens beside the start; the next look will do
    }
    List<String> users = posted.users();
    checker.histories(
        IntStream.range(0, Math.min(USERS_CHECKED, users.size()))
            .mapToObj(_ -> users.get(random.nextInt(users.size())))
            .toList());
  }
}
