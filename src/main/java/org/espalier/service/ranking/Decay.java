package org.espalier.service.ranking;

import java.time.Duration;

/**
 * How much an event counts by its age: half after each half-life, and never less than a floor, so that items without
 * recent events keep an order among them.
 *
 * @param halfLifeMs 0 for no decay
 */
record Decay(long halfLifeMs) {

  private static final double FLOOR = 0.01;

  static Decay of(Duration halfLife) {
    return new Decay(halfLife.toMillis());
  }

  /** What every event counts whatever its age. */
  double floor() {
    return halfLifeMs == 0 ? 1 : FLOOR;
  }

  /** What an event counts beyond the floor; ages below 0 are those of events that came late. */
  double recent(long ageMs) {
    return halfLifeMs == 0 ? 0 : (1 - FLOOR) * Math.exp(-Math.log(2) * ageMs / halfLifeMs);
  }
}
