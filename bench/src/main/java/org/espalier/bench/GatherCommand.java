package org.espalier.bench;

import picocli.CommandLine.Command;

/** Scores of candidate lists, beside RocksDB. */
@Command(
    name = "gather",
    description = {
      "Scores lists of random candidates in the arena. Taking turns with it: a multiGet of the same rows from RocksDB's block"
          + " cache, and a plain read of the whole table.",
      ""
    },
    mixinStandardHelpOptions = true)
final class GatherCommand extends RandomRowsCommand {

  @Override
  Alternation.Task arenaTask(SampleTable sample, int[][] lists, float[][] queries) {
    float[] scores = new float[lists[0].length];
    return round -> {
      int[] tokens = lists[round % lists.length];
      sample.arena().score(queries[round % queries.length], tokens, tokens.length, scores);
    };
  }
}
