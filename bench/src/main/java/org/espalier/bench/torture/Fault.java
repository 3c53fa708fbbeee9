package org.espalier.bench.torture;

import java.util.Locale;

/**
 * What is done to the service. The weights say how often: faults that need no new start are quick, and make up about
 * half of the number.
 */
enum Fault {
  /** SIGKILL at any moment, and a new start. */
  KILL(10),
  /** SIGKILL in one phase of a job. */
  KILL_IN_JOB(12),
  /** SIGKILL while an activation is on its way. */
  KILL_IN_ACTIVATION(8),
  /** SIGKILL, and another one during the start that follows. */
  KILL_IN_START(5),
  /** SIGSTOP for a while. */
  PAUSE(28),
  /** SIGTERM, and a new start. */
  STOP(3),
  /** No room on the disk for a while; where none can be mounted, a start with a limit that cannot be met. */
  DISK(14),
  /** SIGKILL to the broker, which comes back while other things happen. */
  BROKER(14),
  /** SIGKILL, and copies of the store, each with one byte changed, are looked at beside the next faults. */
  DAMAGE(6);

  private final int weight;

  Fault(int weight) {
    this.weight = weight;
  }

  int weight() {
    return weight;
  }

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
