package org.espalier.service.generations;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.service.control.AuditLog;
import org.espalier.service.control.ControlDatabase;
import org.espalier.service.control.Instance;
import org.espalier.service.platform.Activation;
import org.espalier.service.platform.GenerationUse;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What may be done with generations. The store holds them; the database holds which are pinned. */
@Component
class GenerationAdmin {

  private static final int REASON_LENGTH_MAX = 500;

  private final Store store;
  private final Activation activation;
  private final GenerationUse use;
  private final GenerationNoteRepository notes;
  private final ControlDatabase database;
  private final AuditLog audit;
  private final String instance;
  private final PlatformThread thread;

  GenerationAdmin(
      Store store,
      Activation activation,
      GenerationUse use,
      GenerationNoteRepository notes,
      ControlDatabase database,
      AuditLog audit,
      Instance instance,
      PlatformThread thread) {
    this.store = store;
    this.activation = activation;
    this.use = use;
    this.notes = notes;
    this.database = database;
    this.audit = audit;
    this.instance = instance.id();
    this.thread = thread;
  }

  /** All generations, newest first. */
  List<GenerationView> list() {
    database.requireOpen();
    Map<Integer, GenerationNote> known =
        notes.findByInstance(instance).stream()
            .collect(Collectors.toMap(GenerationNote::generation, Function.identity()));
    OptionalInt active = store.generations().active();
    return store.generations().list().stream()
        .sorted(Comparator.<Manifest>comparingInt(Manifest::number).reversed())
        .map(manifest ->
            GenerationView.of(
                manifest,
                active.equals(OptionalInt.of(manifest.number())),
                Optional.ofNullable(known.get(manifest.number()))))
        .toList();
  }

  GenerationView find(int number) {
    database.requireOpen();
    return view(store.generations().manifest(number));
  }

  private GenerationView view(Manifest manifest) {
    boolean active = store.generations().active().equals(OptionalInt.of(manifest.number()));
    return GenerationView.of(
        manifest, active, notes.findByInstanceAndGeneration(instance, manifest.number()));
  }

  /** Activates a generation and returns once it answers. */
  GenerationView activate(int number, OptionalInt expectedCurrent) {
    database.requireOpen();
    String expected =
        expectedCurrent.isPresent() ? "in place of " + expectedCurrent.getAsInt() : "as the first";
    return audit.record(
        "generation.activate",
        "generation " + number,
        expected,
        () -> {
          thread.run(() -> activation.activate(number, expectedCurrent));
          return find(number);
        });
  }

  /** Pins a generation, or lets it go. */
  synchronized GenerationView pin(int number, boolean pinned, @Nullable String reason) {
    database.requireOpen();
    if (reason != null
        && (reason.length() > REASON_LENGTH_MAX
            || reason.chars().anyMatch(Character::isISOControl))) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE,
          "reason must be one line of at most %d characters".formatted(REASON_LENGTH_MAX));
    }
    return audit.record(
        pinned ? "generation.pin" : "generation.unpin",
        "generation " + number,
        reason == null ? "" : reason,
        () -> {
          Manifest manifest = store.generations().manifest(number);
          Long id =
              notes
                  .findByInstanceAndGeneration(instance, number)
                  .map(GenerationNote::id)
                  .orElse(null);
          notes.save(new GenerationNote(id, instance, number, pinned, reason));
          return view(manifest);
        });
  }

  /** Deletes a generation that is neither active nor pinned, and that no experiment serves. */
  synchronized void delete(int number) {
    database.requireOpen();
    audit.record(
        "generation.delete",
        "generation " + number,
        "",
        () -> {
          use.hold(() -> deleteNow(number));
          return number;
        });
  }

  private void deleteNow(int number) {
    store.generations().manifest(number); // there is one
    if (pinned(number)) {
      throw new ProblemException(
          ProblemCode.GENERATION_PINNED,
          "generation %d is pinned; unpin it before deleting it".formatted(number));
    }
    use.of(number)
        .ifPresent(user -> {
          throw new ProblemException(
              ProblemCode.GENERATION_IN_USE,
              "%s serves generation %d; end it, or take its variant out, before deleting that"
                  .formatted(user, number));
        });
    store.generations().delete(number);
    notes.delete(instance, number);
  }

  private boolean pinned(int number) {
    return notes
        .findByInstanceAndGeneration(instance, number)
        .map(GenerationNote::pinned)
        .orElse(false);
  }

  /**
   * Deletes all generations but the active one, pinned ones, those of an experiment and the newest.
   *
   * @param keep how many of the newest stay
   * @return what was deleted
   */
  synchronized List<Integer> deleteOld(int keep) {
    OptionalInt active = store.generations().active();
    List<Integer> old =
        store.generations().list().stream()
            .map(Manifest::number)
            .sorted(Comparator.reverseOrder())
            .skip(keep)
            .filter(number ->
                !active.equals(OptionalInt.of(number))
                    && !pinned(number)
                    && use.of(number).isEmpty())
            .toList();
    old.forEach(this::delete);
    return old;
  }
}
