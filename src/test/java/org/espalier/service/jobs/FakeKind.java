package org.espalier.service.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;

/** A kind whose jobs do what the test says, when it says so. */
final class FakeKind implements JobKind<FakeKind.Request> {

  /**
   * @param name by which the test refers to the job
   * @param seed the job's
   */
  record Request(String name, long seed) {
    static Request named(String name) {
      return new Request(name, 1);
    }
  }

  /** What came of a run, so that a test sees how it began. */
  record Result(
      String name, int attempt, String resumedFrom, boolean foundItsFile, LogRange range) {}

  private static final int NANOS = 200_000;

  private final String name;
  private final AfterInterruption afterInterruption;
  private final int runningMax;
  private final boolean ownLane;

  /** How jobs are to end: {@code done}, or what they fail with; those without an entry go on. */
  private final Map<String, String> orders = new ConcurrentHashMap<>();

  final AtomicInteger running = new AtomicInteger();
  final AtomicInteger runningPeak = new AtomicInteger();
  volatile long lastSequence = 100;

  FakeKind(String name, AfterInterruption afterInterruption, int runningMax) {
    this(name, afterInterruption, runningMax, false);
  }

  FakeKind(String name, AfterInterruption afterInterruption, int runningMax, boolean ownLane) {
    this.ownLane = ownLane;
    this.name = name;
    this.afterInterruption = afterInterruption;
    this.runningMax = runningMax;
  }

  void finish(String job) {
    orders.put(job, "done");
  }

  void fail(String job, String line) {
    orders.put(job, line);
  }

  void forgetOrders() {
    orders.clear();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Request defaults() {
    return Request.named("scheduled");
  }

  @Override
  public void validate(Request request) {
    if (request.seed() < 0) {
      throw new ProblemException(ProblemCode.INVALID_VALUE, "seed is negative");
    }
  }

  @Override
  public OptionalLong seed(Request request) {
    return OptionalLong.of(request.seed());
  }

  @Override
  public int runningMax() {
    return runningMax;
  }

  @Override
  public boolean ownLane() {
    return ownLane;
  }

  @Override
  public AfterInterruption afterInterruption() {
    return afterInterruption;
  }

  @Override
  public JobOutcome run(Request request, JobContext context) {
    runningPeak.accumulateAndGet(running.incrementAndGet(), Math::max);
    try {
      Path file = context.workFolder().resolve("half");
      boolean found = Files.exists(file);
      String from = context.resumePoint().orElse("");
      LogRange range = context.logRange(() -> new LogRange(1, lastSequence));
      context.phase("first", 0.5);
      write(file);
      context.resumeFrom("half");
      context.phase("second", 1);
      context.progress(0.5, "half of it");
      context.report("notes.txt", "text/plain", request.name());
      while (true) {
        String order = orders.get(request.name());
        if (order != null) {
          return end(order, new Result(request.name(), context.attempt(), from, found, range));
        }
        if (context.cancelled()) {
          return new JobOutcome.Cancelled();
        }
        LockSupport.parkNanos(NANOS);
      }
    } finally {
      running.decrementAndGet();
    }
  }

  private static JobOutcome end(String order, Result result) {
    return switch (order) {
      case "done" -> new JobOutcome.Done(result);
      case "bug" -> throw new IllegalStateException("a bug\nin two lines");
      default -> throw new JobFailedException(order, null);
    };
  }

  private static void write(Path file) {
    try {
      Files.writeString(file, "half");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
