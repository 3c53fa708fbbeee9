package org.espalier.bench.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.espalier.bench.ResultOptions;
import org.espalier.bench.torture.Ledger.Sent;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./espalier torture}. */
@Command(
    name = "torture",
    description = {
      "Runs the service in a process of its own, sends it events, rankings, jobs and activations, and meanwhile kills and"
          + " pauses it, fills its disk, kills its broker, and damages copies of its files. A checker with its own record"
          + " of every acknowledged write looks whether anything is lost, applied twice or mixed up.",
      "The seed decides what is done in which order; when each thing happens is up to the machine.",
      ""
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:every promise was kept", "1:one was not", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = "  ./espalier torture --minutes 10 --seed 1 --json")
public final class TortureCommand implements Callable<Integer> {

  private static final long PATIENCE_MS = 120_000;
  private static final int STILL_EVENTS = 5;

  @Option(
      names = "--minutes",
      defaultValue = "10",
      description = "How long (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Decides the faults and the events (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--no-broker",
      description = "Without Kafka: less memory, and events over REST only.")
  private boolean noBroker;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Keep the logs in this folder, which must not exist.")
  private @Nullable Path keep;

  @Mixin private @Nullable ResultOptions result;
  @Spec private @Nullable CommandSpec spec;

  private final Console console = Console.ofProcess();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!(minutes > 0 && minutes <= 1440)) {
      throw wrong("--minutes must be more than 0 and at most 1440");
    }
    if (keep != null && Files.exists(keep)) {
      throw wrong("--keep %s exists; name a new folder".formatted(keep));
    }
    // Kafka's client says on stdout what we do to its broker.
    LoggingSystem.get(getClass().getClassLoader())
        .setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.OFF);
    Path work =
        keep == null
            ? Files.createTempDirectory("espalier-torture")
            : Files.createDirectories(keep).toAbsolutePath();
    try (SmallDisk disk = SmallDisk.at(work.resolve("disk"));
        Broker broker = noBroker ? null : Broker.start(work.resolve("broker"));
        Subject subject =
            new Subject(
                disk.folder().resolve("data"), work.resolve("service.log"), settings(broker))) {
      if (!disk.isOwn()) {
        console.say("no disk can be mounted here: instead of filling one up, starts are refused");
      }
      return torture(work, disk, broker, subject);
    } finally {
      if (keep == null) {
        FileSystemUtils.deleteRecursively(work);
      }
    }
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

  private int torture(Path work, SmallDisk disk, @Nullable Broker broker, Subject subject)
      throws IOException, InterruptedException {
    Violations violations = new Violations(console::say);
    AtomicBoolean ending = new AtomicBoolean();
    SplittableRandom random = new SplittableRandom(seed);
    Ledger posted = new Ledger();
    Ledger recorded = new Ledger();
    ActiveGeneration active = new ActiveGeneration();
    try (Api api = new Api(subject.port(), violations)) {
      Checker checker = new Checker(api, posted, violations);
      List<EventWriter> writers =
          IntStream.range(0, 2)
              .mapToObj(
                  i -> new EventWriter("w" + i, random.nextLong(), api, posted, ending, violations))
              .toList();
      Administrator administrator =
          new Administrator(random.nextLong(), api, active, ending, violations);
      Rankings rankings = new Rankings(random.nextLong(), api, active, ending, violations);
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
              copies,
              random,
              violations);

      subject.start(api);
      prepare(writers.getFirst(), administrator, checker);
      List<Work> works = new ArrayList<>(writers);
      works.add(administrator);
      works.add(rankings);
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
      runFor(torturer, violations);
      ending.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      if (records != null) {
        records.close();
      }
      console.say("checking everything");
      checker.jobs(administrator.jobs(), PATIENCE_MS);
      checker.everything(recorded, PATIENCE_MS);
      int left = administrator.settle();
      if (!subject.stop()) {
        violations.add("SIGTERM does not end it");
      }
      Path said = work.resolve("verify.log");
      if (subject.command(said, "verify", "--data-dir", subject.data().toString()) != 0) {
        violations.add("at the end the store is not sound: " + Files.readString(said));
      }
      print(torturer, checker, posted, recorded, rankings, administrator, violations, left);
    }
    return violations.count() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
  }

  /** A user who does nothing more, and a generation that has learnt of him. */
  private static void prepare(EventWriter writer, Administrator administrator, Checker checker)
      throws IOException, InterruptedException {
    writer.send(
        IntStream.range(0, STILL_EVENTS)
            .mapToObj(i -> new Sent("still-" + i, Rankings.STILL_USER, "i" + i * 3))
            .toList());
    for (int i = 0; i < 20; i++) {
      writer.step();
    }
    long job = -1;
    while (job < 0) { // the database opens beside the start
      job = administrator.submit("/v1/admin/trainings", "{\"dim\":8,\"held_out\":0}");
      Work.backOff();
    }
    checker.jobs(List.of(job), PATIENCE_MS);
    administrator.activate(1);
  }

  private void runFor(Torturer torturer, Violations violations) throws InterruptedException {
    long startNs = System.nanoTime();
    long seconds = Math.round(minutes * 60);
    try (Progress progress = console.progress("Torturing", seconds)) {
      long shown = 0;
      while (shown < seconds) {
        Torturer.Fault fault = torturer.next();
        long now = Math.min(seconds, (System.nanoTime() - startNs) / 1_000_000_000);
        progress.note(
            "%d faults, the last one %s; %d violations"
                .formatted(
                    torturer.faults(), fault.name().toLowerCase(Locale.ROOT), violations.count()));
        progress.step(now - shown);
        shown = now;
      }
    } catch (IOException | IllegalStateException e) {
      violations.add("the service cannot go on: " + e.getMessage());
    }
  }

  private void print(
      Torturer torturer,
      Checker checker,
      Ledger posted,
      Ledger recorded,
      Rankings rankings,
      Administrator administrator,
      Violations violations,
      int active) {
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    fields.put("minutes", minutes);
    fields.put("seed", seed);
    fields.put("faults", torturer.faults());
    for (Torturer.Fault fault : Torturer.Fault.values()) {
      fields.put(
          fault.name().toLowerCase(Locale.ROOT) + "s", torturer.done().getOrDefault(fault, 0));
    }
    for (DamagedCopy.Outcome outcome : DamagedCopy.Outcome.values()) {
      fields.put(
          "damage_" + outcome.name().toLowerCase(Locale.ROOT),
          torturer.damage().getOrDefault(outcome, 0));
    }
    fields.put("acknowledged", posted.count() + recorded.count());
    fields.put("acknowledged_records", recorded.count());
    fields.put("rankings", rankings.done());
    fields.put("jobs", administrator.jobs().size());
    fields.put("activations", administrator.activations());
    fields.put("active_generation", active);
    fields.put("lost", checker.lost());
    fields.put("duplicated", checker.duplicated());
    fields.put("violations", violations.count());
    Objects.requireNonNull(result).print(fields);
  }

  private ParameterException wrong(String words) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), words);
  }
}
