package org.espalier.service.ranking;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.arena.WarmUp;
import org.espalier.embeddings.table.MultiSizeTable;
import org.espalier.learning.mf.FoldIn;
import org.espalier.learning.mf.MfObjective;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.stereotype.Component;

/**
 * Runs what a ranking runs on made-up rows for a while, once the first model is there and beside the rest of the start, so that
 * it is compiled sooner. Spring reports readiness only after its runners.
 */
@Component
class KernelWarmUp implements ApplicationRunner, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(KernelWarmUp.class);

  private static final int DIM = 64;
  private static final int ROWS = 128; // what is run on all of them is interpreted
  private static final int HISTORY = 32;

  private final RankingProperties properties;
  private final ActiveModel active;
  private final RecordIndex records;
  private final CompletableFuture<?> warmed;

  KernelWarmUp(
      RankingProperties properties, ActiveModel active, ModelLoader loader, RecordIndex records) {
    this.properties = properties;
    this.active = active;
    this.records = records;
    this.warmed =
        loader.first().thenRunAsync(this::warm, Thread.ofPlatform().name("kernel-warm-up")::start);
  }

  @Override
  public void run(ApplicationArguments args) {
    warmed.join();
    records.items(); // read beside the warm-up; ready means that it is there
  }

  /** Waits for a warm-up that is under way, so that its model can close. */
  @Override
  public void close() {
    warmed.handle((_, failure) -> failure == null).join();
  }

  private void warm() {
    long startNs = System.nanoTime();
    float[] vectors = new float[ROWS * DIM];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < vectors.length; i++) {
      vectors[i] = (float) random.nextDouble() - 0.5f;
    }
    int[] tokens = new int[ROWS];
    Arrays.setAll(tokens, i -> i);
    FoldIn foldIn = new FoldIn(DIM, vectors, new MfObjective.Als(1, 0.04, 0.75));
    int rounds;
    try (ArenaTable table =
        ArenaTable.load(MultiSizeTable.uniform("item", "entity", DIM, tokens, vectors))) {
      rounds = warm(table);
      while (System.nanoTime() - startNs < properties.warmUp().toNanos()) {
        fold(table, foldIn);
        rounds++;
      }
    }
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    log.debug("Warmed the kernels with {} rounds in {} ms", rounds, tookMs);
  }

  /** What is served has sizes and encodings of its own; before there is any, the plain ones will do. */
  private int warm(ArenaTable plain) {
    Duration half = properties.warmUp().dividedBy(2);
    try (var lease = active.acquire()) {
      ServedModel model = lease.value().model();
      return WarmUp.run(model == null ? plain : model.items(), half);
    }
  }

  private static void fold(ArenaTable table, FoldIn foldIn) {
    float[] history = new float[HISTORY * DIM];
    float[] weights = new float[HISTORY];
    Arrays.fill(weights, 1);
    for (int i = 0; i < HISTORY; i++) {
      table.copyVector(i, history, i * DIM);
    }
    float[] user = new float[DIM];
    foldIn.fold(history, weights, HISTORY, user, 0, new FoldIn.Scratch(DIM));
  }
}
