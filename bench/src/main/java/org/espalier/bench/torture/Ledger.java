package org.espalier.bench.torture;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** The checker's own record of every event that was acknowledged. Safe for use by several threads. */
final class Ledger {

  /** An event: ids are never used twice. */
  record Sent(String id, String user, String item) {

    String json() {
      return "{\"event_id\":\"%s\",\"type\":\"click\",\"user_id\":\"%s\",\"item_id\":\"%s\"}"
          .formatted(id, user, item);
    }
  }

  private final Map<String, SortedSet<String>> byUser = new HashMap<>(); // guarded by this
  private long count; // guarded by this

  synchronized void acknowledge(List<Sent> events) {
    for (Sent event : events) {
      byUser.computeIfAbsent(event.user(), _ -> new TreeSet<>()).add(event.id());
      count++;
    }
  }

  synchronized long count() {
    return count;
  }

  synchronized List<String> users() {
    return byUser.keySet().stream().sorted().toList();
  }

  /** Ids that were acknowledged until now. */
  synchronized SortedSet<String> of(String user) {
    return new TreeSet<>(byUser.getOrDefault(user, new TreeSet<>()));
  }

  /** Copies what was acknowledged until now. */
  synchronized List<String> ids() {
    return byUser.values().stream().flatMap(Collection::stream).toList();
  }
}
