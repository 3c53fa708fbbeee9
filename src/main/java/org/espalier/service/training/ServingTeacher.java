package org.espalier.service.training;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreException;
import org.espalier.embeddings.store.TableHeader;
import org.espalier.embeddings.table.TableShape;
import org.espalier.learning.mf.MfModel;
import org.espalier.learning.mf.MfObjective;
import org.espalier.search.job.LogSnapshot;
import org.espalier.search.job.SearchException;
import org.espalier.search.job.SearchSpec;
import org.espalier.search.job.TeacherModel;
import org.espalier.service.platform.MfGeneration;

/**
 * The active generation as the teacher of a search: a factorisation at full size, trained on the log by the loss and at the
 * size that the search measures on its split.
 */
final class ServingTeacher {

  private final Store store;
  private final Manifest manifest;
  private final MfObjective.Als foldIn;

  private ServingTeacher(Store store, Manifest manifest, MfObjective.Als foldIn) {
    this.store = store;
    this.manifest = manifest;
    this.foldIn = foldIn;
  }

  /**
   * The active generation, by its manifest.
   *
   * @throws SearchException when there is none, or it cannot be the teacher; the message says why and what to do
   */
  static ServingTeacher of(Store store, SearchSpec spec) {
    OptionalInt active = store.generations().active();
    if (active.isEmpty()) {
      throw new SearchException(
          "no generation is active that could be the teacher; train and activate one, or search with teacher trained");
    }
    Manifest manifest = store.generations().manifest(active.getAsInt());
    require(
        manifest.model().equals(MfGeneration.MODEL) && manifest.provenance().toSequence() > 0,
        manifest,
        "it is no factorisation of the log but " + manifest.model());
    MfObjective.Als foldIn =
        MfGeneration.foldIn(manifest)
            .orElseThrow(() -> refused(manifest, "it does not say how users are folded in"));
    // Rows of a pruned generation may all be as long as its space is wide.
    require(
        !(manifest.parameters().get("keep") instanceof Number keep && keep.doubleValue() < 1),
        manifest,
        "it is pruned");
    require(
        manifest.dim() == spec.dim(),
        manifest,
        "its size is %d and the search's %d".formatted(manifest.dim(), spec.dim()));
    for (String table : new String[] {MfGeneration.USERS, MfGeneration.ITEMS}) {
      TableShape shape =
          manifest
              .table(table)
              .orElseThrow(() -> refused(manifest, "it has no table " + table))
              .shape();
      require(
          shape.groups().stream().allMatch(g -> g.rows() == 0 || g.size() == shape.dim()),
          manifest,
          "rows of its table %s are shorter than %d".formatted(table, shape.dim()));
    }
    String loss = String.valueOf(manifest.parameters().get("loss"));
    require(
        loss.equals(spec.loss().name()),
        manifest,
        "it was trained by %s and the search measures %s"
            .formatted(lower(loss), lower(spec.loss().name())));
    return new ServingTeacher(store, manifest, foldIn);
  }

  /** The last sequence of the log that it was trained on, which is where its search ends too. */
  long lastSequence() {
    return manifest.provenance().toSequence();
  }

  /**
   * Adds its tables to a snapshot of the log that it was trained on.
   *
   * @throws SearchException when somebody in the snapshot has no row
   */
  LogSnapshot teach(LogSnapshot snapshot) {
    long startNs = System.nanoTime();
    MfModel model =
        new MfModel(
            manifest.dim(),
            rows(MfGeneration.USERS, snapshot.userIds()),
            rows(MfGeneration.ITEMS, snapshot.itemIds()));
    return snapshot.withTeacher(
        new TeacherModel(
            OptionalInt.of(manifest.number()),
            model,
            foldIn,
            (int) manifest.number("epochs"),
            (System.nanoTime() - startNs) * 1e-9));
  }

  /** A table's vectors, (ids, dim), in the order of the ids. */
  private float[] rows(String table, int[] ids) {
    int dim = manifest.dim();
    TableHeader header = store.generations().header(manifest.number(), table);
    int[] placeOf = new int[Arrays.stream(ids).max().orElse(-1) + 1];
    Arrays.fill(placeOf, -1);
    IntStream.range(0, ids.length).forEach(i -> placeOf[ids[i]] = i);
    float[] vectors = new float[Math.multiplyExact(ids.length, dim)];
    float[] row = new float[dim];
    boolean[] found = new boolean[ids.length];
    try {
      store
          .generations()
          .rows(
              manifest.number(),
              table,
              (token, size, encoding, payload) -> {
                if (token < placeOf.length && placeOf[token] >= 0) {
                  encoding.decode(payload, size, row, 0);
                  int at = placeOf[token] * dim;
                  for (int d = 0; d < size; d++) {
                    header.basis().addDirection(size, d, row[d], vectors, at);
                  }
                  found[placeOf[token]] = true;
                }
              });
    } catch (StoreException e) {
      throw new SearchException("the teacher cannot be read: " + e.getMessage(), e);
    }
    long without = IntStream.range(0, ids.length).filter(i -> !found[i]).count();
    require(
        without == 0,
        manifest,
        "%d of the log's %d have no row in its table %s, so the log counts other events now"
            .formatted(without, ids.length, table));
    return vectors;
  }

  private static void require(boolean holds, Manifest manifest, String why) {
    if (!holds) {
      throw refused(manifest, why);
    }
  }

  private static SearchException refused(Manifest manifest, String why) {
    return new SearchException(
        "generation %d, which is active, cannot be the teacher: %s; activate a full-size one, or search with teacher trained"
            .formatted(manifest.number(), why));
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
