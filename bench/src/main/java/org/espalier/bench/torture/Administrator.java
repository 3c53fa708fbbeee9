package org.espalier.bench.torture;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.espalier.bench.torture.Api.Answer;
import tools.jackson.databind.JsonNode;

/** Starts jobs and activates generations. */
final class Administrator extends Work {

  /** Jobs that may be under way before more are started: at the end all of them are waited for. */
  private static final int UNDER_WAY_MAX = 2;

  /** Rankings of other models follow the stream, so that no ranking can be asked for twice. */
  private static final String STILL_MODEL = "mf";

  private final Api api;
  private final ActiveGeneration active;
  private final SplittableRandom random;
  private final Set<Long> jobs = new TreeSet<>(); // acknowledged ones; guarded by lock

  /** Held while an activation is on its way, so that nobody looks in between. */
  private final ReentrantLock lock = new ReentrantLock();

  private int activations; // guarded by lock
  private volatile boolean activating; // written by who holds the lock
  private final Deque<Long> underWay = new ArrayDeque<>(); // of one thread

  Administrator(
      long seed, Api api, ActiveGeneration active, AtomicBoolean ending, Violations violations) {
    super(ending, violations);
    this.api = api;
    this.active = active;
    this.random = new SplittableRandom(seed);
  }

  @Override
  void step() throws IOException, InterruptedException {
    int dice = random.nextInt(10);
    if (dice < 5) {
      activateAnother(random);
    } else if (moreMayBeUnderWay()) {
      long job =
          switch (dice) {
            case 5, 6, 7 ->
                submit(
                    "/v1/admin/trainings",
                    "{\"dim\":%d,\"seed\":%d,\"held_out\":0}"
                        .formatted(4 + random.nextInt(8), random.nextInt(1000)));
            case 8 -> submit("/v1/admin/backups", "{\"keep\":2,\"verify\":false}");
            default -> submit("/v1/admin/cleanups", "{\"keep_generations\":4}");
          };
      if (job >= 0) {
        underWay.add(job);
      }
    }
    Thread.sleep(200);
  }

  private boolean moreMayBeUnderWay() throws IOException, InterruptedException {
    while (underWay.size() >= UNDER_WAY_MAX) {
      Answer oldest = api.get("/v1/admin/jobs/" + underWay.peek());
      boolean known = oldest.status() != 404; // else the checker says so
      if (known && !oldest.json().path("finished_at").isString()) {
        return false;
      }
      underWay.remove();
    }
    return true;
  }

  /** Activates any generation, except one that serves already. */
  void activateAnother(SplittableRandom random) throws IOException, InterruptedException {
    Answer list = api.get("/v1/admin/generations");
    if (!list.ok()) {
      return;
    }
    List<Integer> numbers = new ArrayList<>();
    for (JsonNode item : list.json().get("items")) {
      if (item.get("model").asString().equals(STILL_MODEL)) {
        numbers.add(item.get("generation").asInt());
      }
    }
    if (!numbers.isEmpty()) {
      activate(numbers.get(random.nextInt(numbers.size())));
    }
  }

  /** Activates a generation, and records what is known of it afterwards. */
  void activate(int generation) throws IOException, InterruptedException {
    lock.lock();
    try {
      int current = settle();
      if (current == generation) {
        return;
      }
      active.mayBecome(generation);
      activating = true;
      Answer answer =
          api.post(
              "/v1/admin/generations/" + generation + ":activate",
              "{\"expected_current\":" + (current < 0 ? "null" : current) + "}");
      if (answer.ok()) {
        active.is(generation);
        activations++;
        countOne();
      } else if (answer.status() < 500) {
        active.isNot(generation);
      }
    } finally {
      activating = false;
      lock.unlock();
    }
  }

  /** Asks which generation is active; one that cannot be is a violation. Returns it, or -1 when there is none. */
  int settle() throws IOException, InterruptedException {
    lock.lock();
    try {
      Answer stats = api.get("/v1/admin/stats");
      if (!stats.ok()) {
        throw new IOException("not now");
      }
      int now = stats.json().path("active_generation").asInt(-1);
      Set<Integer> possible = active.possible();
      if (!possible.isEmpty() && !possible.contains(now)) {
        violations().add("generation %d is active while only %s may be".formatted(now, possible));
      }
      active.is(now);
      return now;
    } finally {
      lock.unlock();
    }
  }

  /** Starts a job; returns its number, or -1 when it was refused for now. */
  long submit(String route, String request) throws IOException, InterruptedException {
    Answer answer = api.post(route, request);
    if (answer.status() != 202) {
      if (!answer.notNow() && answer.status() != 409) {
        violations().add("a good job was refused: " + answer);
      }
      return -1;
    }
    long job = answer.json().get("job_id").asLong();
    lock.lock();
    try {
      jobs.add(job);
    } finally {
      lock.unlock();
    }
    countOne();
    return job;
  }

  /** Whether an activation has been sent and not been answered. */
  boolean isActivating() {
    return activating;
  }

  List<Long> jobs() {
    lock.lock();
    try {
      return List.copyOf(jobs);
    } finally {
      lock.unlock();
    }
  }

  int activations() {
    lock.lock();
    try {
      return activations;
    } finally {
      lock.unlock();
    }
  }
}
