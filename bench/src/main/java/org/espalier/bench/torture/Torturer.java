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

  private static final int USERS_CHECKED = 4;
  private static final long RECOVERY_MS_MAX = 60_000;

  /** The room on the disk is looked at now and then only. */
  private static final long REFUSAL_MS_MAX = 10_000;

  private final Subject subject;
  private final SmallDisk disk;
  private final @Nullable Broker broker;
  private final Api api;
  private final Ledger posted;
  private final Checker checker;
  private final Administrator administrator;
  private final JobPhases phases;
  private final DamagedCopy copies;
  private final SplittableRandom random;
  private final Violations violations;
  private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);

  Torturer(
      Subject subject,
      SmallDisk disk,
      @Nullable Broker broker,
      Api api,
      Ledger posted,
      Checker checker,
      Administrator administrator,
      JobPhases phases,
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
    this.phases = phases;
    this.copies = copies;
    this.random = random;
    this.violations = violations;
  }

  Map<Fault, Integer> done() {
    return done;
  }

  int faults() {
    return done.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Waits a little, does the next thing, and checks some of what was acknowledged. */
  Fault next() throws IOException, InterruptedException {
    Thread.sleep(random.nextInt(400));
    Fault fault = choose();
    switch (fault) {
      case KILL -> subject.kill();
      case KILL_IN_JOB -> {
        awaitPhase();
        subject.kill();
      }
      case KILL_IN_ACTIVATION -> killInActivation();
      case KILL_IN_START -> {
        subject.kill();
        subject.launch();
        Thread.sleep(random.nextInt(4000));
        subject.kill();
      }
      case PAUSE -> subject.pause(50 + random.nextInt(800));
      case STOP -> {
        if (!subject.stop()) {
          violations.add("SIGTERM does not end it");
        }
      }
      case DISK -> fillDisk();
      case BROKER -> killBroker();
      case DAMAGE -> {
        subject.kill();
        copies.take(posted);
      }
    }
    if (!subject.isAlive()) {
      subject.start(api);
    }
    done.merge(fault, 1, Integer::sum);
    lookAround();
    return fault;
  }

  private Fault choose() {
    List<Fault> possible = Arrays.stream(Fault.values()).filter(this::isPossible).toList();
    int dice = random.nextInt(possible.stream().mapToInt(Fault::weight).sum());
    for (Fault fault : possible) {
      dice -= fault.weight();
      if (dice < 0) {
        return fault;
      }
    }
    throw new AssertionError("weights add up");
  }

  private boolean isPossible(Fault fault) {
    return switch (fault) {
      case BROKER -> broker != null && broker.listens();
      case DAMAGE -> copies.isIdle();
      default -> true;
    };
  }

  private void awaitPhase() throws InterruptedException {
    try {
      phases.await();
    } catch (IOException e) {
      // it does not answer now; a kill is a kill
    }
  }

  private void killInActivation() throws InterruptedException {
    int delayMs = random.nextInt(60);
    SplittableRandom choice = random.split();
    Thread activation =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                administrator.activateAnother(choice);
              } catch (IOException e) {
                // it was killed
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    while (activation.isAlive() && !administrator.isActivating()) {
      Thread.sleep(1);
    }
    Thread.sleep(delayMs);
    subject.kill();
    activation.join();
  }

  private void killBroker() throws IOException, InterruptedException {
    if (broker != null) {
      broker.kill();
      broker.launch();
    }
  }

  private void fillDisk() throws IOException, InterruptedException {
    if (!disk.isOwn()) {
      subject.kill();
      int code = subject.startRefused("-Despalier.store.free-disk-min=1000000GB");
      if (code != 1) {
        violations.add("a start on a disk that is too full ended with %d".formatted(code));
      }
      return;
    }
    disk.fill();
    try {
      requireRefusal();
      Thread.sleep(random.nextInt(500));
    } finally {
      disk.makeRoom();
    }
  }

  /** Soon a write is refused with a reason, and a ranking answered. */
  private void requireRefusal() throws InterruptedException {
    try {
      long endMs = System.currentTimeMillis() + REFUSAL_MS_MAX;
      Answer write;
      do {
        Thread.sleep(10);
        write = api.post("/v1/events", "[" + new Sent("full", "full", "i0").json() + "]");
      } while (write.ok() && System.currentTimeMillis() < endMs);
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
      Thread.sleep(10);
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
