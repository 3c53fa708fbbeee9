package org.espalier.bench;

import picocli.CommandLine.Command;

/** Vectors of single tokens, beside RocksDB. */
@Command(
    name = "lookup",
    description = {
      "Copies the vectors of random tokens, in the model's dimension, out of the arena. Taking turns with it: a multiGet of"
          + " the same rows from RocksDB's block cache, and a plain read of the whole table.",
      ""
    },
    mixinStandardHelpOptions = true)
final class LookupCommand extends RandomRowsCommand {

  @Override
  Alternation.Task arenaTask(SampleTable sample, int[][] lists, float[][] queries) {
    float[] vector = new float[sample.arena().dim()];
    return round -> {
      for (int token : lists[round % lists.length]) {
        sample.arena().copyVector(token, vector, 0);
      }
    };
  }
}
