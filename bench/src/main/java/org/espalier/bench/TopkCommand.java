package org.espalier.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.arena.ParallelSearch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Exact top-K over the whole table. */
@Command(
    name = "topk",
    description = {
      "Searches the whole table for the K best of a query, or of a batch of queries at once.",
      "median_us is the time of one call and query_us that of one query of it. Taking turns with it: a plain read of the same"
          + " bytes; with --keep the same rows at full size; with --batch a single query.",
      ""
    },
    mixinStandardHelpOptions = true)
final class TopkCommand implements Callable<Integer> {

  private static final int CALLS = 16; // different ones, so that no branch is learnt by heart

  @Mixin private @Nullable TableOptions table;
  @Mixin private @Nullable ResultOptions result;

  @Option(
      names = "--batch",
      defaultValue = "1",
      description = "Queries of one call (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description = "Threads of one call (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--k",
      defaultValue = "100",
      description = "How many to find (default: ${DEFAULT-VALUE}).")
  private int k;

  @Override
  public Integer call() {
    TableOptions options = Objects.requireNonNull(table);
    options.check();
    options.require(batch >= 1 && batch <= 1024, "--batch", batch, "1 to 1024");
    options.require(k >= 1 && k <= 1_000_000, "--k", k, "1 to 1000000");
    options.require(threads >= 1 && threads <= 256, "--threads", threads, "1 to 256");
    try (SampleTable sample = options.table();
        ExecutorService helpers = Executors.newFixedThreadPool(threads)) {
      ParallelSearch search = new ParallelSearch(helpers, threads);
      SequencedMap<String, Object> fields = measure(options, sample, search);
      Objects.requireNonNull(result).print(fields);
    }
    return ExitCode.OK;
  }

  private SequencedMap<String, Object> measure(
      TableOptions options, SampleTable sample, ParallelSearch search) {
    float[][] queries = SampleTable.queries(CALLS * batch, options.dim(), options.seed() + 1);
    PlainRead plain = new PlainRead(sample.arena());
    Alternation alternation = new Alternation();
    Samples calls = alternation.add(round -> search(search, sample.arena(), queries, round));
    Samples reads = alternation.add(_ -> plain.run());
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    options.describe(fields);
    fields.put("threads", threads);
    fields.put("batch", batch);
    fields.put("k", k);
    try (SampleTable full = options.pruned() ? options.fullTable() : sample) {
      Samples fullCalls =
          options.pruned()
              ? alternation.add(round -> search(search, full.arena(), queries, round))
              : calls;
      Samples singles =
          batch == 1
              ? calls
              : alternation.add(round -> searchOne(search, sample.arena(), queries[round % CALLS]));
      alternation.run(options.seconds());
      calls.describe(fields);
      fields.put("query_us", calls.medianNs() / batch / 1e3);
      fields.put("rows_per_s", calls.perSecond((double) options.rows() * batch));
      fields.put("stored_bytes", sample.storedBytes());
      fields.put("gb_per_s", calls.perSecond((double) sample.storedBytes()) / 1e9);
      fields.put("read_gb_per_s", reads.perSecond((double) plain.bytes()) / 1e9);
      if (options.pruned()) {
        fields.put("full_median_us", fullCalls.medianNs() / 1e3);
        fields.put("speedup", fullCalls.medianNs() / calls.medianNs());
      }
      if (batch > 1) {
        fields.put("single_median_us", singles.medianNs() / 1e3);
        fields.put("batch_ratio", calls.medianNs() / batch / singles.medianNs());
      }
    }
    return fields;
  }

  private void search(ParallelSearch search, ArenaTable arena, float[][] queries, int round) {
    int from = round % CALLS * batch;
    if (batch == 1) {
      searchOne(search, arena, queries[from]);
    } else {
      search.searchBatch(arena, Arrays.copyOfRange(queries, from, from + batch), k, null, null);
    }
  }

  private void searchOne(ParallelSearch search, ArenaTable arena, float[] query) {
    search.search(arena, query, k, null, null);
  }
}
