package org.espalier.learning.train;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** One epoch's progress: sums up its loss, reports it and passes on a wish to stop. */
public final class Progress {

  private static final long REPORT_EVERY_NS = 200_000_000;

  private final int epoch;
  private final long samplesTotal;
  private final TrainingListener listener;
  private final BooleanSupplier cancelled;
  private final LongSupplier nanoTime;
  private final long startNs;
  private long reportedNs;
  private double lossSum;
  private long samples;
  private boolean wasCancelled;

  Progress(
      int epoch,
      long samplesTotal,
      TrainingListener listener,
      BooleanSupplier cancelled,
      LongSupplier nanoTime,
      long startNs) {
    this.epoch = epoch;
    this.samplesTotal = samplesTotal;
    this.listener = listener;
    this.cancelled = cancelled;
    this.nanoTime = nanoTime;
    this.startNs = startNs;
    this.reportedNs = nanoTime.getAsLong();
  }

  /**
   * Notes that samples are done. Belongs to the thread that trains.
   *
   * @param lossSum the sum of their losses
   * @return false when the epoch is to end here: cancelled, or the loss is not finite
   */
  public boolean advance(long samples, double lossSum) {
    this.samples += samples;
    this.lossSum += lossSum;
    long nowNs = nanoTime.getAsLong();
    if (nowNs - reportedNs >= REPORT_EVERY_NS) {
      reportedNs = nowNs;
      listener.on(
          new TrainingEvent.StepDone(
              epoch, this.samples, samplesTotal, lossMean(), Duration.ofNanos(nowNs - startNs)));
    }
    wasCancelled |= cancelled.getAsBoolean();
    return !wasCancelled && finite();
  }

  boolean cancelled() {
    return wasCancelled;
  }

  boolean finite() {
    return Double.isFinite(lossSum);
  }

  double lossMean() {
    return samples == 0 ? 0 : lossSum / samples;
  }
}
