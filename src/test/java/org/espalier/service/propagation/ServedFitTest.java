package org.espalier.service.propagation;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.Event;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreOptions;
import org.espalier.embeddings.store.TableHeader;
import org.espalier.embeddings.store.Triple;
import org.espalier.embeddings.table.Encoding;
import org.espalier.kgat.history.HistoryPropagator;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.KnowledgeGraph;
import org.espalier.learning.kernel.Workers;
import org.espalier.learning.metric.RetrievalEvaluator;
import org.espalier.learning.metric.RetrievalMetric;
import org.espalier.service.platform.InteractionProperties;
import org.espalier.service.platform.LiveVectors;
import org.espalier.service.propagation.PropagationPlan.ItemFit;
import org.espalier.service.propagation.PropagationPlan.Model;
import org.espalier.service.propagation.PropagationPlan.Preset;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** From a log to served rankings on real data: half a minute of training, so it is run on demand. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@EnabledIfSystemProperty(named = "espalier.test.served-fit", matches = "true")
@EnabledIfEnvironmentVariable(named = "ESPALIER_DATA", matches = ".+")
class ServedFitTest {

  private static final StoreOptions OPTIONS =
      StoreOptions.defaults().withSync(StoreOptions.Sync.OFF).withFreeDiskBytesMin(0);

  @TempDir Path directory;

  /** Users and items of a data folder as events of a store, in the order of their times. */
  private static void send(DataFolder data, Store store) {
    KnowledgeGraph knowledge = data.knowledgeGraph().orElseThrow();
    List<Triple> triples = new ArrayList<>();
    for (int i = 0; i < knowledge.tripleCount(); i++) {
      triples.add(
          new Triple(
              "e" + knowledge.heads()[i],
              "r" + knowledge.relationIds()[i],
              "e" + knowledge.tails()[i],
              1,
              0));
    }
    store.putTriples(triples);
    Interactions train = data.train();
    List<Event> events = new ArrayList<>();
    for (int user = 0; user < train.userCount(); user++) {
      for (int at = train.begin(user); at < train.end(user); at++) {
        events.add(
            new Event(
                null, "click", "u" + user, "e" + train.item(at), 1, train.timeMs(at), null, null));
      }
    }
    store.append(events);
  }

  private static ArenaTable table(Store store, int generation, String name) {
    TableHeader header = store.generations().header(generation, name);
    return ArenaTable.create(header.shape(), header.basis(), header.defaultRow());
  }

  private static float[] vectors(ArenaTable table, Store store, Field field, String kind, int n) {
    float[] vectors = new float[n * table.dim()];
    for (int i = 0; i < n; i++) {
      int token = store.dictionary().find(field, kind + i);
      if (token >= 0) {
        table.copyVector(token, vectors, i * table.dim());
      }
    }
    return vectors;
  }

  @Test
  void a_quarter_of_the_numbers_keeps_99_percent_of_the_ndcg_in_what_is_served() throws Exception {
    DataFolder data = DataFolder.open(Path.of(System.getenv("ESPALIER_DATA")).resolve("ml-100k"));
    InteractionProperties interactions = new InteractionProperties(Map.of(), 1);
    try (Store store = Store.open(directory.resolve("store"), OPTIONS)) {
      send(data, store);
      PropagationPlan plan =
          new PropagationPlan(
              Model.KGAT,
              Preset.BEST,
              List.of(64),
              null,
              2048,
              null,
              true,
              1,
              2,
              0,
              1L << 30,
              new ItemFit(0.25, Encoding.FP32));
      PropagationListener quiet =
          new PropagationListener() {
            @Override
            public void phase(PropagationPhase phase) {}

            @Override
            public void progress(double share, String note) {}
          };
      Path work = Files.createDirectories(directory.resolve("work"));
      PropagationResult.Made made =
          (PropagationResult.Made)
              new PropagationTrainer(store, interactions, Clock.systemUTC(), "test")
                  .make(plan, work, quiet, () -> false);
      Manifest manifest = store.generations().manifest(made.generation());
      RefreshProperties refresh =
          new RefreshProperties(true, 0, Duration.ofMillis(50), 1000, 1000, 1);
      try (LivePropagation live =
              new LivePropagation(store, interactions, refresh, new SimpleMeterRegistry());
          ArenaTable users = table(store, made.generation(), "user");
          ArenaTable items = table(store, made.generation(), "item");
          LiveVectors.Session session = live.open(manifest, users, items).orElseThrow();
          Workers workers = new Workers(2)) {
        assertThat(session.appliedSequence()).isEqualTo(store.lastSequence());
        HistoryPropagator model =
            ((LiveModel.Histories) LiveModel.read(store, manifest).orElseThrow()).propagator();
        int itemCount = data.train().itemCount();
        float[] whole = new float[itemCount * model.dim()];
        for (int item = 0; item < itemCount; item++) {
          int row = model.rowOf(store.dictionary().find(Field.ENTITY, "e" + item));
          if (row >= 0) {
            model.addTarget(1, row, whole, item * model.dim());
          }
        }
        float[] ofUsers = vectors(users, store, Field.USER, "u", data.train().userCount());
        RetrievalEvaluator evaluator =
            RetrievalEvaluator.of(data.test(), data.train(), data.valid());
        double ofWhole =
            evaluator.evaluate(model.dim(), ofUsers, whole, workers).mean(RetrievalMetric.NDCG_20);
        double served =
            evaluator
                .evaluate(
                    model.dim(),
                    ofUsers,
                    vectors(items, store, Field.ENTITY, "e", itemCount),
                    workers)
                .mean(RetrievalMetric.NDCG_20);
        System.out.printf(
            "ndcg@20 %.4f whole, %.4f served, %s%n", ofWhole, served, manifest.parameters());
        assertThat(ofWhole).isGreaterThan(0.35);
        assertThat(served).isGreaterThan(0.985 * ofWhole);
        assertThat(manifest.number("fit_keep_stored")).isLessThanOrEqualTo(0.25);
        assertThat(items.bytes()).isLessThan((long) itemCount * model.dim() * Float.BYTES);
        reportTimes(store, session);
      }
    }
  }

  /** What a reader of the documentation wants to know of: an explanation takes so long. */
  private static void reportTimes(Store store, LiveVectors.Session session) {
    int user = store.dictionary().find(Field.USER, "u1");
    int paths = 0;
    long startNs = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      paths += session.explain(user, store.dictionary().find(Field.ENTITY, "e" + i), 3).size();
    }
    System.out.printf(
        "%d paths of 200 items in %.1f ms%n", paths, (System.nanoTime() - startNs) * 1e-6);
    assertThat(paths).isPositive();
  }
}
