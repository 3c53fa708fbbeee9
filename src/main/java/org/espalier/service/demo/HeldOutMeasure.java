package org.espalier.service.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.espalier.learning.data.Vocabulary;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalResult;
import org.espalier.service.console.CommandException;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.espalier.service.console.RetrievalTable;
import tools.jackson.databind.JsonNode;

/**
 * How high the served model ranks what was kept back, beside popularity. The vectors come from the service's look-ups,
 * so it is the model that answers that is measured, by the evaluator that measures all models.
 *
 * @param users with something to be found
 * @param model metrics of the served model
 * @param popularity metrics of ranking by the number of interactions
 */
record HeldOutMeasure(int users, RetrievalResult model, RetrievalResult popularity) {

  private static final int KEYS_A_REQUEST = 1000;

  private record Key(String table, String id) {}

  private record Lookup(List<Key> keys, String format) {}

  @SuppressWarnings("ArrayRecordComponent") // a matrix; never compared, never changed
  private record Vectors(int dim, float[] rows) {}

  static HeldOutMeasure of(Api api, HeldOut heldOut, Console console) throws InterruptedException {
    RetrievalEvaluator evaluator =
        RetrievalEvaluator.of(heldOut.kept(), heldOut.sent(), heldOut.known());
    int total = heldOut.users().size() + heldOut.items().size();
    try (Progress progress = console.progress("Looking up vectors", total);
        Workers workers = new Workers(1)) {
      Vectors users = lookUp(api, "user", heldOut.users(), progress);
      Vectors items = lookUp(api, "item", heldOut.items(), progress);
      return new HeldOutMeasure(
          evaluator.userCount(),
          evaluator.evaluate(items.dim(), users.rows(), items.rows(), workers),
          evaluator.evaluatePopularity(heldOut.sent(), workers));
    }
  }

  /** A token without a vector gets zeros: it is ranked as if nothing were known. */
  private static Vectors lookUp(Api api, String table, Vocabulary tokens, Progress progress)
      throws InterruptedException {
    float[] rows = new float[0];
    int dim = 0;
    for (int from = 0; from < tokens.size(); from += KEYS_A_REQUEST) {
      int to = Math.min(tokens.size(), from + KEYS_A_REQUEST);
      List<Key> keys =
          IntStream.range(from, to).mapToObj(id -> new Key(table, tokens.token(id))).toList();
      JsonNode answer = api.post("/v1/embeddings:lookup", new Lookup(keys, "base64_f32"));
      if (from == 0) {
        dim = answer.path("dim").asInt();
        if (dim == 0) {
          throw new CommandException("the service has no active generation after training");
        }
        rows = new float[tokens.size() * dim];
      }
      int at = from * dim;
      for (JsonNode embedding : answer.path("embeddings")) {
        if (embedding.path("found").asBoolean()) {
          byte[] bytes = Base64.getDecoder().decode(embedding.path("vector").asString());
          ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(rows, at, dim);
        }
        at += dim;
      }
      progress.step(to - from);
    }
    return new Vectors(dim, rows);
  }

  /** A table for people. */
  String text() {
    return String.format(
        Locale.ROOT,
        "How high it ranks what it was not told, for %,d users, among all items they do not have yet:%n%n%s",
        users,
        new RetrievalTable().row("popularity", popularity::mean).row("mf", model::mean));
  }
}
