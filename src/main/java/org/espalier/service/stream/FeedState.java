package org.espalier.service.stream;

import java.util.List;

/** What one feed is doing, for health and metrics. */
sealed interface FeedState {

  /** One word. */
  String label();

  /** One line for people; empty when all is well. */
  String detail();

  /** Not yet reading, or not any more: the brokers or the topic are not there. */
  record Waiting(String detail) implements FeedState {
    @Override
    public String label() {
      return "waiting";
    }
  }

  /** Reading all partitions. */
  record Reading() implements FeedState {
    @Override
    public String label() {
      return "reading";
    }

    @Override
    public String detail() {
      return "";
    }
  }

  /** Reading pauses while the store, or the dead letters' topic, takes nothing; it is tried again. */
  record Paused(String detail) implements FeedState {
    @Override
    public String label() {
      return "paused";
    }
  }

  /** Some partitions are not read, because what comes next in them is gone. */
  record Lost(List<String> reasons) implements FeedState {
    @Override
    public String label() {
      return "lost";
    }

    @Override
    public String detail() {
      return String.join("; ", reasons);
    }
  }
}
