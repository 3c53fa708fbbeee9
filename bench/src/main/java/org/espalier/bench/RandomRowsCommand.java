package org.espalier.bench;

import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.espalier.service.console.Console;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is read row by row in no order, from the arena and from RocksDB in turn. */
abstract class RandomRowsCommand implements Callable<Integer> {

  private static final int LISTS = 4096; // together more rows than caches hold

  @Mixin private @Nullable TableOptions table;
  @Mixin private @Nullable ResultOptions result;

  @Option(
      names = "--batch",
      defaultValue = "256",
      description = "Rows of one call (default: ${DEFAULT-VALUE}).")
  private int batch;

  /** What reads one list from the arena. */
  abstract Alternation.Task arenaTask(SampleTable sample, int[][] lists, float[][] queries);

  @Override
  public Integer call() {
    TableOptions options = Objects.requireNonNull(table);
    options.check();
    options.require(batch >= 1 && batch <= 65_536, "--batch", batch, "1 to 65536");
    try (SampleTable sample = options.table();
        RocksRows rocks = fillRocks(sample.sizes())) {
      int[][] lists = sample.tokenLists(LISTS, batch, options.seed() + 1);
      float[][] queries = SampleTable.queries(16, options.dim(), options.seed() + 2);
      PlainRead plain = new PlainRead(sample.arena());
      Alternation alternation = new Alternation();
      Samples reads = alternation.add(_ -> plain.run());
      Alternation.Task fromArena = arenaTask(sample, lists, queries);
      Samples arena = alternation.add(fromArena);
      Samples rows = alternation.add(round -> rocks.multiGet(lists[round % LISTS]));
      alternation.run(options.seconds());

      SequencedMap<String, Object> fields = new LinkedHashMap<>();
      options.describe(fields);
      fields.put("batch", batch);
      arena.describe(fields);
      fields.put("rows_per_s", arena.perSecond(batch));
      fields.put("rocksdb_rows_per_s", rows.perSecond(batch));
      fields.put("speedup", rows.medianNs() / arena.medianNs());
      fields.put("stored_bytes", sample.storedBytes());
      double bytesPerCall = (double) sample.storedBytes() / options.rows() * batch;
      fields.put("gb_per_s", arena.perSecond(bytesPerCall) / 1e9);
      fields.put("read_gb_per_s", reads.perSecond((double) plain.bytes()) / 1e9);
      Objects.requireNonNull(result).print(fields);
    }
    return ExitCode.OK;
  }

  private static RocksRows fillRocks(int[] sizes) {
    try (var progress = Console.ofProcess().progress("Filling RocksDB", sizes.length)) {
      return RocksRows.fill(sizes, progress);
    }
  }
}
