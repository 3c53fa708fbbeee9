package org.espalier.bench.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.espalier.bench.torture.Ledger.Sent;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.jspecify.annotations.Nullable;

/** One run of the suite: sets everything up, tortures for a while, and checks everything at the end. Used once. */
final class TortureRun {

  /** What an unfinished job, or a record of the broker, may take at the end. */
  private static final long PATIENCE_MS = 120_000;

  private static final int STILL_EVENTS = 5;

  private final Path work;
  private final boolean withBroker;
  private final long seed;
  private final double minutes;
  private final Console console;
  private final Violations violations;
  private final AtomicBoolean ending = new AtomicBoolean();
  private final Ledger posted = new Ledger();
  private final Ledger recorded = new Ledger();
  private final SequencedMap<String, Object> fields = new LinkedHashMap<>();

  TortureRun(Path work, boolean withBroker, long seed, double minutes, Console console) {
    this.work = work;
    this.withBroker = withBroker;
    this.seed = seed;
    this.minutes = minutes;
    this.console = console;
    this.violations = new Violations(console::say);
  }

  /** The counts, after the run. */
  SequencedMap<String, Object> fields() {
    return fields;
  }

  /** Runs; returns how many promises were not kept. */
  int run() throws IOException, InterruptedException {
    try (SmallDisk disk = SmallDisk.at(work.resolve("disk"));
        Broker broker = withBroker ? Broker.start(work.resolve("broker")) : null;
        Subject subject = new Subject(disk.folder().resolve("data"), work, settings(broker));
        Api api = new Api(subject.port(), violations)) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> leaveNothing(disk)));
      if (!disk.isOwn()) {
        console.say("no disk can be mounted here: instead of filling one up, starts are refused");
      }
      torture(disk, broker, subject, api);
    }
    fields.put("violations", violations.count());
    return violations.count();
  }

  /** Also when it is interrupted: no process goes on, no disk stays mounted. */
  private static void leaveNothing(SmallDisk disk) {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    disk.close();
  }

  private static List<String> settings(@Nullable Broker broker) {
    List<String> settings =
        new ArrayList<>(
            List.of("-Despalier.store.free-disk-min=64MB", "-Despalier.ranking.warm-up=0ms"));
    if (broker != null) {
      settings.add("-Despalier.kafka.enabled=true");
      settings.add("-Despalier.kafka.create-topics=true");
      settings.add("-Despalier.kafka.partitions=2");
      settings.add("-Despalier.kafka.check-interval=1s");
      settings.add("-Dspring.kafka.bootstrap-servers=" + broker.address());
    }
    return settings;
  }

  private void torture(SmallDisk disk, @Nullable Broker broker, Subject subject, Api api)
      throws IOException, InterruptedException {
    SplittableRandom random = new SplittableRandom(seed);
    ActiveGeneration active = new ActiveGeneration();
    Checker checker = new Checker(api, posted, violations);
    List<EventWriter> writers =
        IntStream.range(0, 2)
            .mapToObj(
                i -> new EventWriter("w" + i, random.nextLong(), api, posted, ending, violations))
            .toList();
    Administrator administrator =
        new Administrator(random.nextLong(), api, active, ending, violations);
    Rankings rankings = new Rankings(random.nextLong(), api, active, ending, violations);
    JobPhases phases = new JobPhases(api, administrator, random.split());
    prepare(subject, api, writers.getFirst(), administrator, checker);

    DamagedCopy copies = new DamagedCopy(subject, work, random.split(), violations);
    Torturer torturer =
        new Torturer(
            subject,
            disk,
            broker,
            api,
            posted,
            checker,
            administrator,
            phases,
            copies,
            random,
            violations);
    List<Work> works = new ArrayList<>(writers);
    works.add(administrator);
    works.add(rankings);
    disturb(works, broker, torturer);
    copies.await();
    if (broker != null) {
      broker.await();
    }
    int left = check(subject, administrator, checker);
    count(torturer, phases, copies);
    fields.put("acknowledged", posted.count() + recorded.count());
    fields.put("acknowledged_records", recorded.count());
    fields.put("rankings", rankings.done());
    fields.put("jobs", administrator.jobs().size());
    fields.put("activations", administrator.activations());
    fields.put("active_generation", left);
    fields.put("lost", checker.lost());
    fields.put("duplicated", checker.duplicated());
  }

  /** A user who does nothing more, and a generation that has learnt of him. */
  private void prepare(
      Subject subject, Api api, EventWriter writer, Administrator administrator, Checker checker)
      throws IOException, InterruptedException {
    console.say("starting the service, and keeping what makes later starts fast");
    subject.startAndLearn(api);
    writer.send(
        IntStream.range(0, STILL_EVENTS)
            .mapToObj(i -> new Sent("still-" + i, Rankings.STILL_USER, "i" + i * 3))
            .toList());
    for (int i = 0; i < 100; i++) {
      writer.step();
    }
    long endMs = System.currentTimeMillis() + PATIENCE_MS;
    long job = -1;
    while (job < 0 && System.currentTimeMillis() < endMs) { // the database opens beside the start
      job = administrator.submit("/v1/admin/trainings", "{\"dim\":8,\"held_out\":0}");
      Work.backOff();
    }
    checker.jobs(List.of(job), PATIENCE_MS, () -> {});
    administrator.activate(1);
    subject.stopAndKeep();
    subject.start(api);
  }

  /** Lets everybody work while the torturer does, for as long as it was asked for. */
  private void disturb(List<Work> works, @Nullable Broker broker, Torturer torturer)
      throws InterruptedException {
    RecordWriter records =
        broker == null
            ? null
            : new RecordWriter(
                broker.address(), "espalier.events.v1", seed, recorded, ending, violations);
    if (records != null) {
      works.add(records);
    }
    List<Thread> threads =
        works.stream().map(job -> Thread.ofPlatform().daemon().start(job)).toList();
    torture(torturer);
    ending.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    if (records != null) {
      records.close();
    }
  }

  private void torture(Torturer torturer) throws InterruptedException {
    long startNs = System.nanoTime();
    long seconds = Math.round(minutes * 60);
    try (Progress progress = console.progress("Torturing", seconds)) {
      long shown = 0;
      while (shown < seconds) {
        Fault fault = torturer.next();
        long now = Math.min(seconds, (System.nanoTime() - startNs) / 1_000_000_000);
        progress.note(
            "%d faults, the last one %s; %d violations"
                .formatted(torturer.faults(), fault.text(), violations.count()));
        progress.step(now - shown);
        shown = now;
      }
    } catch (IOException | IllegalStateException e) {
      violations.add("the service cannot go on: " + e.getMessage());
    }
  }

  /** Returns the active generation. */
  private int check(Subject subject, Administrator administrator, Checker checker)
      throws IOException, InterruptedException {
    List<Long> jobs = administrator.jobs();
    long steps = (long) jobs.size() + posted.users().size() + recorded.users().size();
    try (Progress progress = console.progress("Checking everything", steps + 1)) {
      checker.jobs(jobs, PATIENCE_MS, () -> progress.step(1));
      checker.everything(recorded, PATIENCE_MS, () -> progress.step(1));
      int active = administrator.settle();
      if (!subject.stop()) {
        violations.add("SIGTERM does not end it");
      }
      progress.note("reading the store");
      Path said = work.resolve("verify.log");
      if (subject.command(said, "verify", "--data-dir", subject.data().toString()) != 0) {
        violations.add("at the end the store is not sound: " + Files.readString(said));
      }
      progress.step(1);
      return active;
    }
  }

  private void count(Torturer torturer, JobPhases phases, DamagedCopy copies) {
    fields.put("minutes", minutes);
    fields.put("seed", seed);
    fields.put("faults", torturer.faults());
    for (Fault fault : Fault.values()) {
      fields.put(fault.text(), torturer.done().getOrDefault(fault, 0));
    }
    fields.put("job_phases", phases.met());
    for (DamagedCopy.Outcome outcome : DamagedCopy.Outcome.values()) {
      fields.put("damage_" + outcome.text(), copies.outcomes().getOrDefault(outcome, 0));
    }
  }
}
