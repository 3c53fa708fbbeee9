package org.espalier.bench.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.espalier.bench.torture.Api.Answer;
import tools.jackson.databind.JsonNode;

/** Compares what the service has with what it acknowledged. */
final class Checker {

  /** A start takes that long on a machine that is busy. */
  private static final long ANSWER_MS_MAX = 60_000;

  private final Api api;
  private final Ledger posted;
  private final Violations violations;
  private long lost;
  private long duplicated;
  private boolean gone;

  Checker(Api api, Ledger posted, Violations violations) {
    this.api = api;
    this.posted = posted;
    this.violations = violations;
  }

  long lost() {
    return lost;
  }

  long duplicated() {
    return duplicated;
  }

  /** Checks some users' histories. */
  void histories(List<String> users) throws InterruptedException {
    for (String user : users) {
      SortedSet<String> missing = posted.of(user); // before the history is asked for
      missing.removeAll(history(user).keySet());
      if (!missing.isEmpty()) {
        lost += missing.size();
        violations.add(
            "%d acknowledged events of %s are lost, the first is %s"
                .formatted(missing.size(), user, missing.first()));
      }
    }
  }

  /**
   * Checks everything, what came over a broker too; that may take a while to arrive.
   *
   * @param checked is called after each user
   */
  void everything(Ledger recorded, long patienceMs, Runnable checked) throws InterruptedException {
    for (String user : posted.users()) {
      histories(List.of(user));
      checked.run();
    }
    long endMs = System.currentTimeMillis() + patienceMs;
    for (String user : recorded.users()) {
      SortedSet<String> missing = recorded.of(user);
      do {
        missing.removeAll(history(user).keySet());
        if (missing.isEmpty()) {
          break;
        }
        Thread.sleep(200);
      } while (System.currentTimeMillis() < endMs);
      if (!missing.isEmpty()) {
        lost += missing.size();
        violations.add(
            "%d records of %s never arrived, the first is %s"
                .formatted(missing.size(), user, missing.first()));
      }
      checked.run();
    }
  }

  /** How often each event id is in a user's history; more than once is a violation. */
  private Map<String, Integer> history(String user) throws InterruptedException {
    long endMs = System.currentTimeMillis() + ANSWER_MS_MAX;
    while (!gone) {
      try {
        Map<String, Integer> seen = new HashMap<>();
        String cursor = "";
        do {
          Answer page = api.get("/v1/users/" + user + "/events?limit=1000" + cursor);
          if (!page.ok()) {
            throw new IOException("not now");
          }
          for (JsonNode event : page.json().get("items")) {
            seen.merge(event.get("event_id").asString(), 1, Integer::sum);
          }
          JsonNode next = page.json().path("next_cursor");
          cursor = next.isString() ? "&cursor=" + next.asString() : "";
        } while (!cursor.isEmpty());
        seen.forEach((id, count) -> {
          if (count > 1) {
            duplicated++;
            violations.add("event %s of %s is there %d times".formatted(id, user, count));
          }
        });
        return seen;
      } catch (IOException e) {
        if (System.currentTimeMillis() > endMs) {
          gone = true; // so that the end comes
          violations.add("the history of " + user + " cannot be read, nor will others be");
        }
        Thread.sleep(100);
      }
    }
    return Map.of();
  }

  /** Waits for the end of every job that was acknowledged; each must have one. */
  void jobs(List<Long> jobs, long patienceMs, Runnable checked) throws InterruptedException {
    long endMs = System.currentTimeMillis() + patienceMs;
    for (long job : jobs) {
      List<String> seen = new ArrayList<>();
      while (!ended(job, seen)) {
        if (System.currentTimeMillis() > endMs) {
          violations.add("job %d does not end: %s".formatted(job, seen));
          break;
        }
        Thread.sleep(50);
      }
      checked.run();
    }
  }

  private boolean ended(long job, List<String> seen) throws InterruptedException {
    try {
      Answer answer = api.get("/v1/admin/jobs/" + job);
      if (answer.status() == 404) {
        violations.add("job " + job + " was acknowledged and is not known");
        return true;
      }
      String status = answer.json().path("status").asString("");
      seen.clear();
      seen.add(answer.json().toString());
      if (status.equals("failed") && answer.json().path("error").asString("").isEmpty()) {
        violations.add("job " + job + " failed and does not say why");
      }
      return List.of("succeeded", "failed", "cancelled").contains(status);
    } catch (IOException e) {
      return false;
    }
  }
}
