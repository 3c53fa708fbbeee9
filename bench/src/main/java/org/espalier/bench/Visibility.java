package org.espalier.bench;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** How long after events were sent a ranking has seen them, by the positions of the log that both answers name. */
final class Visibility {

  /** Events that were acknowledged and not seen yet. */
  private record Sent(long sequence, long sentNs) {}

  private final ArrayDeque<Sent> waiting = new ArrayDeque<>();
  private final Samples samples = new Samples();

  /** Events up to a position are durable. */
  synchronized void sent(long sequence, long sentNs) {
    waiting.add(new Sent(sequence, sentNs));
  }

  /** A ranking that came now has seen the log up to a position. */
  synchronized void ranked(long applied) {
    long nowNs = System.nanoTime();
    List<Sent> left = new ArrayList<>();
    while (!waiting.isEmpty()) {
      Sent sent = waiting.remove(); // acknowledged in any order
      if (sent.sequence <= applied) {
        samples.add(nowNs - sent.sentNs);
      } else {
        left.add(sent);
      }
    }
    waiting.addAll(left);
  }

  synchronized int waiting() {
    return waiting.size();
  }

  /** Forgets what was measured. */
  synchronized void clear() {
    samples.clear();
  }

  /** Of each batch of events; whoever calls this is the last. */
  synchronized Samples samples() {
    return samples;
  }
}
