package org.espalier.bench.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.espalier.bench.torture.Api.Answer;
import org.espalier.bench.torture.Ledger.Sent;

/** Posts events, each batch until it is acknowledged: what is sent again must not count twice. */
final class EventWriter extends Work {

  static final int USERS = 200;

  /** So many that users keep choosing what is new to them, without which nothing can be measured or pruned. */
  static final int ITEMS = 2000;

  /** Small batches, so that many are on their way when something happens, and few events to be checked. */
  private static final int BATCH_MAX = 8;

  private final Api api;
  private final Ledger ledger;
  private final String name;
  private final SplittableRandom random;
  private long next;

  EventWriter(
      String name, long seed, Api api, Ledger ledger, AtomicBoolean ending, Violations violations) {
    super(ending, violations);
    this.name = name;
    this.api = api;
    this.ledger = ledger;
    this.random = new SplittableRandom(seed);
  }

  @Override
  void step() throws IOException, InterruptedException {
    List<Sent> batch = new ArrayList<>();
    for (int i = 1 + random.nextInt(BATCH_MAX); i > 0; i--) {
      batch.add(
          new Sent(name + "-" + next++, "u" + random.nextInt(USERS), "i" + random.nextInt(ITEMS)));
    }
    send(batch);
    Thread.sleep(10);
  }

  /** Returns once it is acknowledged, or given up because all is ending: then it may be stored or not. */
  void send(List<Sent> batch) throws InterruptedException {
    String body = batch.stream().map(Sent::json).collect(Collectors.joining(",", "[", "]"));
    boolean uncertain = false;
    while (!ending()) {
      try {
        Answer answer = api.post("/v1/events", body);
        if (answer.status() == 202) {
          acknowledged(batch, answer, uncertain);
          return;
        }
        if (!answer.notNow()) {
          violations().add("good events were refused: " + answer);
          return;
        }
      } catch (IOException e) {
        uncertain = true; // it may be stored or not
      }
      backOff();
    }
  }

  private void acknowledged(List<Sent> batch, Answer answer, boolean uncertain) {
    int duplicates = answer.json().path("duplicates").asInt();
    if (answer.json().path("accepted").asInt() + duplicates != batch.size()) {
      violations().add("%d events were answered with %s".formatted(batch.size(), answer));
    }
    if (duplicates > 0 && !uncertain) {
      violations().add("events that were never sent before count as duplicates: " + answer);
    }
    ledger.acknowledge(batch);
    countOne();
  }
}
