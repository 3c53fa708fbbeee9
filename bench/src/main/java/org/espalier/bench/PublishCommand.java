package org.espalier.bench;

import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.arena.ExactSearch;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;

/** Publishing under a reader. */
@Command(
    name = "publish",
    description = {
      "One thread replaces random rows as fast as it can while another one searches; it works in turns, so that the searches"
          + " beside it and those without it are measured in one run.",
      ""
    },
    mixinStandardHelpOptions = true)
final class PublishCommand implements Callable<Integer> {

  private static final int ROWS = 4096; // different ones to publish
  private static final double TURN_SECONDS = 0.25;

  @Mixin private @Nullable TableOptions table;
  @Mixin private @Nullable ResultOptions result;

  private final Samples idle = new Samples();
  private final Samples beside = new Samples();
  private final Samples batches = new Samples(); // of ROWS publishes

  @Override
  public Integer call() {
    TableOptions options = Objects.requireNonNull(table);
    options.check();
    try (SampleTable sample = options.table()) {
      PlainRead plain = new PlainRead(sample.arena());
      Alternation reading = new Alternation();
      Samples reads = reading.add(_ -> plain.run());
      reading.run(Math.min(1, options.seconds()));
      measure(options, sample);

      SequencedMap<String, Object> fields = new LinkedHashMap<>();
      options.describe(fields);
      beside.describe(fields);
      fields.put("idle_median_us", idle.medianNs() / 1e3);
      fields.put("idle_p99_us", idle.quantileNs(0.99) / 1e3);
      fields.put("reader_p99_ratio", beside.quantileNs(0.99) / idle.quantileNs(0.99));
      fields.put("reader_median_ratio", beside.medianNs() / idle.medianNs());
      fields.put("rows_per_s", batches.perSecond(ROWS));
      fields.put("stored_bytes", sample.storedBytes());
      double bytesPerRow = (double) sample.storedBytes() / options.rows();
      fields.put("gb_per_s", batches.perSecond(ROWS * bytesPerRow) / 1e9);
      fields.put("read_gb_per_s", reads.perSecond((double) plain.bytes()) / 1e9);
      Objects.requireNonNull(result).print(fields);
    }
    return ExitCode.OK;
  }

  private void measure(TableOptions options, SampleTable sample) {
    float[][] rows = SampleTable.queries(ROWS, options.dim(), options.seed() + 1);
    float[][] queries = SampleTable.queries(16, options.dim(), options.seed() + 2);
    int turns = (int) Math.ceil(options.seconds() / TURN_SECONDS / 2);
    int warmUpTurns = Math.max(1, turns / 4);
    try (var progress = Console.ofProcess().progress("Measuring", turns + warmUpTurns)) {
      for (int turn = -warmUpTurns; turn < turns; turn++) {
        if (turn == 0) {
          idle.clear();
          beside.clear();
          batches.clear();
        }
        read(sample.arena(), queries, idle);
        AtomicBoolean enough = new AtomicBoolean();
        long seed = options.seed() + turn;
        Thread writer =
            Thread.ofPlatform()
                .start(() -> write(sample, rows, new SplittableRandom(seed), enough));
        read(sample.arena(), queries, beside);
        enough.set(true);
        join(writer);
        progress.step(1);
      }
    }
  }

  private static void read(ArenaTable arena, float[][] queries, Samples samples) {
    long start = System.nanoTime();
    long now = start;
    for (int i = 0; now - start < TURN_SECONDS * 1e9; i++) {
      ExactSearch.search(arena, queries[i % queries.length], 100, null, null);
      long after = System.nanoTime();
      samples.add(after - now);
      now = after;
    }
  }

  private void write(
      SampleTable sample, float[][] rows, SplittableRandom random, AtomicBoolean enough) {
    int[] sizes = sample.sizes();
    do {
      long start = System.nanoTime();
      for (float[] row : rows) {
        int token = random.nextInt(sizes.length);
        sample.arena().publish(token, row, 0, sizes[token]);
      }
      batches.add(System.nanoTime() - start);
    } while (!enough.get());
  }

  private static void join(Thread writer) {
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a writer was ending", e);
    }
  }
}
