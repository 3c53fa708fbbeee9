package org.espalier.service.ranking;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.espalier.embeddings.arena.Leases;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.service.control.AuditLog;
import org.espalier.service.control.ControlDatabase;
import org.espalier.service.control.Instance;
import org.espalier.service.platform.GenerationUse;
import org.espalier.service.ranking.Experiment.Variant;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.espalier.service.wire.Timestamps;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * The experiment of this data folder, at most one at a time. It begins once its generations are in memory, and again
 * after a restart once the database is open; until then, and without one, the active generation answers everybody.
 */
@Component
class Experiments implements AutoCloseable, GenerationUse {

  private static final Logger log = LoggerFactory.getLogger(Experiments.class);
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String NAME = "[A-Za-z0-9_.-]{1,64}";
  private static final double SHARES_MAX = 1 + 1e-9;

  private final Store store;
  private final ActiveModel active;
  private final ModelLoader loader;
  private final ExperimentRepository rows;
  private final ControlDatabase database;
  private final AuditLog audit;
  private final Instance instance;
  private final ExperimentProperties properties;
  private final Clock clock;

  /** Loads generations: requests have virtual threads, and such a one would keep a carrier from the rankings. */
  private final ExecutorService loading =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("experiment").factory());

  private boolean running; // guarded by this

  Experiments(
      Store store,
      ActiveModel active,
      ModelLoader loader,
      ExperimentRepository rows,
      ControlDatabase database,
      AuditLog audit,
      Instance instance,
      ExperimentProperties properties,
      Clock clock) {
    this.store = store;
    this.active = active;
    this.loader = loader;
    this.rows = rows;
    this.database = database;
    this.audit = audit;
    this.instance = instance;
    this.properties = properties;
    this.clock = clock;
  }

  /** The experiment that was under way when the service stopped. */
  @EventListener
  synchronized void opened(ControlDatabase.Opened opened) {
    rows.findByInstance(instance.id())
        .ifPresent(row -> {
          try {
            begin(row.salt(), variants(row));
          } catch (RuntimeException e) {
            log.error(
                "Experiment {} does not go on; the active generation answers all", row.name(), e);
          }
        });
  }

  synchronized List<ExperimentView> list() {
    database.requireOpen();
    return rows.findByInstance(instance.id()).map(this::view).stream().toList();
  }

  synchronized ExperimentView find(String name) {
    return list().stream()
        .filter(view -> view.id().equals(name))
        .findFirst()
        .orElseThrow(Experiments::unknown);
  }

  /** Begins an experiment, or changes the one of this name; returns once users are split so. */
  synchronized ExperimentView put(String name, Experiment wanted) {
    database.requireOpen();
    String salt = wanted.salt() == null ? name : wanted.salt();
    check(name, salt, wanted.variants());
    return audit.record(
        "experiment.put",
        "experiment " + name,
        JSON.writeValueAsString(wanted.variants()),
        () -> {
          Optional<ExperimentRow> before = rows.findByInstance(instance.id());
          if (before.isPresent() && !before.get().name().equals(name)) {
            throw new ProblemException(
                ProblemCode.EXPERIMENT_CONFLICT,
                "experiment %s is under way; delete it first".formatted(before.get().name()));
          }
          List<ActiveModel.Arm> arms = load(wanted.variants());
          ExperimentRow row;
          try {
            row =
                rows.save(
                    new ExperimentRow(
                        before.map(ExperimentRow::id).orElse(null),
                        instance.id(),
                        name,
                        salt,
                        JSON.writeValueAsString(wanted.variants()),
                        clock.millis()));
          } catch (RuntimeException e) {
            close(arms);
            throw e;
          }
          active.split(new ActiveModel.Split(salt, arms));
          running = true;
          return view(row);
        });
  }

  /** Ends an experiment: the active generation answers everybody from the next request on. */
  synchronized void delete(String name) {
    database.requireOpen();
    audit.record(
        "experiment.delete",
        "experiment " + checkedName(name),
        "",
        () -> {
          if (rows.delete(instance.id(), name) == 0) {
            throw unknown();
          }
          active.split(ActiveModel.Split.NONE);
          running = false;
          return name;
        });
  }

  /** Whether it runs or not: it would after a restart. */
  @Override
  public Optional<String> of(int generation) {
    return rows.findByInstance(instance.id())
        .filter(row ->
            variants(row).stream()
                .anyMatch(variant -> Objects.equals(variant.generation(), generation)))
        .map(row -> "experiment " + row.name());
  }

  @Override
  public synchronized void hold(Runnable action) {
    action.run();
  }

  private void begin(String salt, List<Variant> variants) {
    active.split(new ActiveModel.Split(salt, load(variants)));
    running = true;
  }

  private List<ActiveModel.Arm> load(List<Variant> variants) {
    try {
      return loading.submit(() -> loadNow(variants)).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private List<ActiveModel.Arm> loadNow(List<Variant> variants) {
    Map<Integer, Manifest> manifests = new HashMap<>();
    for (Variant variant : variants) { // an unknown one is refused before any is loaded
      if (variant.generation() != null) {
        manifests.computeIfAbsent(variant.generation(), store.generations()::manifest);
      }
    }
    List<ActiveModel.Arm> arms = new ArrayList<>();
    double upTo = 0;
    try {
      for (Variant variant : variants) {
        upTo += variant.share();
        Integer generation = variant.generation();
        Leases<ActiveModel.Slot> models = null;
        if (generation != null) {
          Manifest manifest = Objects.requireNonNull(manifests.get(generation));
          models = new Leases<>(new ActiveModel.Slot(loader.loadServable(manifest)));
        }
        arms.add(new ActiveModel.Arm(variant.name(), upTo, models));
      }
      return arms;
    } catch (RuntimeException e) {
      close(arms);
      throw e;
    }
  }

  private static void close(List<ActiveModel.Arm> arms) {
    for (ActiveModel.Arm arm : arms) {
      Leases<ActiveModel.Slot> models = arm.models();
      if (models != null) {
        models.close();
      }
    }
  }

  private void check(String name, String salt, List<Variant> variants) {
    checkedName(name);
    if (salt.length() > 64 || salt.chars().anyMatch(Character::isISOControl)) {
      throw invalid("salt must have at most 64 characters and no control characters");
    }
    if (variants.isEmpty()) {
      throw invalid("variants must not be empty; delete the experiment to end it");
    }
    Set<String> names = new HashSet<>();
    int generations = 0;
    double shares = 0;
    for (int i = 0; i < variants.size(); i++) {
      Variant variant = variants.get(i);
      if (!variant.name().matches(NAME) || !names.add(variant.name())) {
        throw invalid(
            "variants[%d].name must have 1 to 64 letters, digits, dots, dashes or underscores, and stand once"
                .formatted(i));
      }
      if (!(variant.share() > 0 && variant.share() <= 1)) {
        throw invalid("variants[%d].share must be above 0 and at most 1".formatted(i));
      }
      shares += variant.share();
      generations += variant.generation() == null ? 0 : 1;
    }
    if (shares > SHARES_MAX) {
      throw invalid("the variants' shares come to more than 1");
    }
    if (generations > properties.generationsMax()) {
      throw invalid(
          "at most %d variants have a generation of their own, each in memory beside the active one"
              .formatted(properties.generationsMax()));
    }
    if (variants.size() > properties.generationsMax() + 1) {
      throw invalid("there are at most %d variants".formatted(properties.generationsMax() + 1));
    }
  }

  private static String checkedName(String name) {
    if (!name.matches(NAME)) {
      throw new ProblemException(
          ProblemCode.INVALID_ID,
          "an experiment's id has 1 to 64 letters, digits, dots, dashes and underscores");
    }
    return name;
  }

  private ExperimentView view(ExperimentRow row) {
    return new ExperimentView(
        row.name(), variants(row), row.salt(), running, Timestamps.format(row.updatedMs()));
  }

  private static List<Variant> variants(ExperimentRow row) {
    return Arrays.asList(JSON.readValue(row.variants(), Variant[].class));
  }

  private static ProblemException invalid(String detail) {
    return new ProblemException(ProblemCode.INVALID_VALUE, detail);
  }

  private static ProblemException unknown() {
    return new ProblemException(
        ProblemCode.UNKNOWN_EXPERIMENT, "no experiment of this id is under way");
  }

  @Override
  public void close() {
    loading.close();
  }
}
