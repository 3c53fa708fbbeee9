package org.espalier.embeddings.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The durable tier: the owner of the one RocksDB instance of a directory. Reads may come from any
 * thread; writes too, and return once they are durable, many sharing one fsync. After {@link #close}
 * every call that needs the disk throws {@link IllegalStateException}.
 */
public final class Store implements AutoCloseable {

  private final Resources owned;
  private final Staging staging;
  private final Committer committer;
  private final Dictionary dictionary;
  private final InteractionCounts counts;
  private final EventLog events;
  private final Histories histories;
  private final Edges edges;
  private final Catalogue catalogue;
  private final Offsets offsets;
  private final Generations generations;

  private Store(
      Resources owned,
      Database database,
      StoreDirectory directory,
      StoreOptions options,
      Disk disk) {
    this.owned = owned;
    this.dictionary = Dictionary.load(database);
    this.counts = InteractionCounts.load(database);
    this.staging =
        owned.own(new Staging(database, dictionary, counts, Meta.readLastSequence(database)));
    this.committer = owned.own(new Committer(staging, options, disk).start());
    this.events = new EventLog(database);
    this.histories = new Histories(database);
    this.edges = new Edges(database);
    this.catalogue = new Catalogue(database);
    this.offsets = new Offsets(database);
    this.generations =
        new Generations(
            database,
            committer,
            directory.staging(),
            disk,
            () ->
                StoreDirectory.requireFreeSpace(
                    directory.root(), options.freeDiskBytesMin(), disk));
  }

  /**
   * Opens the store of a directory, and creates it where there is none. Finishes erasures that a
   * crash cut short.
   *
   * @throws StoreException with one clear line, when the directory is in use, damaged, of a newer
   *     format, not a store, not accessible, or its disk is full
   */
  public static Store open(Path directory, StoreOptions options) {
    return open(directory, options, new Disk.Real(directory));
  }

  static Store open(Path directory, StoreOptions options, Disk disk) {
    return open(StoreDirectory.prepare(directory, options.freeDiskBytesMin(), disk), options, disk);
  }

  static Store open(StoreDirectory prepared, StoreOptions options, Disk disk) {
    Resources owned = new Resources();
    try {
      Database database = owned.own(Database.open(prepared, options, disk));
      Store store = new Store(owned, database, prepared, options, disk);
      store.committer.commit(new InternTokens(Field.FIELD, Dictionary.RESERVED));
      store.committer.commit(new InternTokens(Field.RELATION, List.of(Dictionary.INTERACTS)));
      if (prepared.isNew()) {
        prepared.finishCreation();
      }
      EraseUser.unfinished(database).forEach(store::erase);
      return store;
    } catch (RuntimeException e) {
      try (owned) {
        throw e;
      }
    }
  }

  /** Whether a directory holds a store, whatever its state; opens and makes nothing. */
  public static boolean isAt(Path directory) {
    return StoreDirectory.isStore(directory);
  }

  public Dictionary dictionary() {
    return dictionary;
  }

  public EventLog events() {
    return events;
  }

  public Histories histories() {
    return histories;
  }

  public Edges edges() {
    return edges;
  }

  public Catalogue catalogue() {
    return catalogue;
  }

  public Offsets offsets() {
    return offsets;
  }

  public InteractionCounts counts() {
    return counts;
  }

  public Generations generations() {
    return generations;
  }

  /** The sequence of the newest durable event; 0 when there was none. */
  public long lastSequence() {
    return staging.lastSequence();
  }

  /** Rows that are being written or wait for it; a measure of how busy the store is. */
  public int waitingRows() {
    return committer.waitingRows();
  }

  /** Adds a listener for all groups from now on. */
  public void onCommit(CommitListener listener) {
    committer.addListener(listener);
  }

  /** Appends events, all or none; those whose event id is in the log already are dropped. */
  public AppendResult append(List<Event> newEvents) {
    return committer.commit(new AppendEvents(newEvents));
  }

  /**
   * The same, and moves a source's position in the same batch.
   *
   * @throws StoreException STALE_POSITION, storing nothing, when the source was read that far already
   */
  public AppendResult append(List<Event> newEvents, SourcePosition source) {
    return submit(newEvents, source).await();
  }

  /**
   * The same, without waiting for the disk: a caller that reads several sources hands over what it has
   * of each, so that they share an fsync, and then awaits them all.
   */
  public Pending<AppendResult> submit(List<Event> newEvents, SourcePosition source) {
    return committer.submit(new Positioned<>(new AppendEvents(newEvents), source));
  }

  /** Changes items' records one after the other, and moves a source's position, in one batch. */
  public Pending<Integer> submitItems(List<ItemChange> changes, SourcePosition source) {
    return committer.submit(new Positioned<>(InOrder.ofItems(changes), source));
  }

  /** Writes users' records and moves a source's position, in one batch. */
  public Pending<List<PutResult>> submitUsers(
      List<CatalogueUpdate> updates, SourcePosition source) {
    return committer.submit(new Positioned<>(new PutRecords(Catalogue.Kind.USER, updates), source));
  }

  /** Changes triples one after the other, and moves a source's position, in one batch. */
  public Pending<Integer> submitTriples(List<TripleChange> changes, SourcePosition source) {
    return committer.submit(new Positioned<>(InOrder.ofTriples(changes), source));
  }

  /** Forgets how far a source was read; what was read from it stays. */
  public void forgetSource(String source) {
    Tokens.require("source", source);
    committer.commit(new ForgetSource(source));
  }

  /** Writes items' records; results are in the order of the updates. */
  public List<PutResult> putItems(List<CatalogueUpdate> updates) {
    return committer.commit(new PutRecords(Catalogue.Kind.ITEM, updates));
  }

  /** Writes users' records; results are in the order of the updates. */
  public List<PutResult> putUsers(List<CatalogueUpdate> updates) {
    return committer.commit(new PutRecords(Catalogue.Kind.USER, updates));
  }

  /** Writes triples and returns how many edges are new. */
  public int putTriples(List<Triple> triples) {
    return committer.commit(new PutTriples(triples));
  }

  /** Removes triples, whatever their weight and time, and returns how many were there. */
  public int deleteTriples(List<Triple> triples) {
    return committer.commit(
        new DeleteTriples(
            triples.stream()
                .map(triple ->
                    new TripleChange.Delete(triple.head(), triple.relation(), triple.tail()))
                .toList()));
  }

  /** Gives tokens of an attribute field their ids; the field is made when it is new. */
  public int[] intern(String field, List<String> tokens) {
    committer.commit(new InternTokens(Field.FIELD, List.of(field)));
    Field known = dictionary.field(field).orElseThrow();
    return committer.commit(new InternTokens(known, tokens));
  }

  /**
   * Deletes an item: a tombstone takes its record's place, and its events stay with their users.
   *
   * @param ifVersion the record's version, or {@link CatalogueUpdate#ANY_VERSION}
   * @return empty when nothing knows the item
   */
  public Optional<PutResult> deleteItem(String id, long timeMs, long ifVersion) {
    Tokens.require("id", id);
    return committer.commit(new DeleteItem(id, timeMs, ifVersion));
  }

  /**
   * Erases a user: events, history, edges, event ids, counts, record, the rows in all generations, and
   * the token itself; its id stays taken. A long history goes in several batches, and {@link #open} goes on where a crash
   * stopped. The bytes leave the disk as RocksDB compacts, which visits every file at least weekly.
   *
   * @return empty when nothing knows the user
   */
  public Optional<Erasure> deleteUser(String id) {
    int user = dictionary.find(Field.USER, id);
    return user < 0 ? Optional.empty() : Optional.of(erase(user));
  }

  private Erasure erase(int user) {
    Erasure removed = Erasure.NOTHING;
    EraseUser.Step step;
    do {
      step = committer.commit(new EraseUser(user));
      removed = removed.plus(step.removed());
    } while (!step.done());
    flush(); // the log still holds what was erased
    return removed;
  }

  /**
   * Takes the oldest events away, in the order of their arrival, up to the first that is to stay: from the log, the
   * histories, the counts, the event ids and the weights of edges. Goes in batches, so that writers wait for a few
   * milliseconds at most, and stops early when somebody holds the log ({@link EventLog#hold}); a crash leaves some of
   * them.
   *
   * @param beforeMs events of earlier times may go; {@link Long#MIN_VALUE} for none by their time
   * @param keepMax the most events, by sequence, that may stay
   * @param goOn asked before every batch
   * @return how many events went
   */
  public long trim(long beforeMs, long keepMax, BooleanSupplier goOn) {
    long oldestKept = Math.max(0, lastSequence() - keepMax) + 1;
    TrimLog step = new TrimLog((sequence, timeMs) -> sequence < oldestKept || timeMs < beforeMs);
    long trimmed = 0;
    boolean more = true;
    while (more && goOn.getAsBoolean()) {
      int gone = events.unlessHeld(() -> committer.commit(step)).orElse(0);
      trimmed += gone;
      more = !TrimLog.isLast(gone);
    }
    return trimmed;
  }

  /**
   * Reads everything and compares it with its checksums and with each other, as of one moment; writes
   * go on. Takes as long as reading the disk does; {@link #close} ends it.
   */
  public Verification verify() {
    return verify((_, _) -> {});
  }

  /** The same as {@link #verify()}, for somebody who waits. */
  public Verification verify(VerificationListener listener) {
    return Verifier.verify(database(), generations, listener);
  }

  /** Adds a backup of this moment to a folder, while reads and writes go on. */
  public Backup backup(Backups folder) {
    return database().backup(folder);
  }

  /**
   * Makes a store of its own of this moment, for a process that must not disturb this one. Table files
   * are shared when both directories are on one file system, and copied otherwise.
   *
   * @param target a directory that is empty or missing
   * @throws StoreException NOT_A_STORE when it holds anything
   */
  public void checkpoint(Path target) {
    StoreDirectory directory = StoreDirectory.prepareEmpty(target);
    database().checkpoint(directory.database());
    directory.finishCopy();
  }

  public StoreStatistics statistics() {
    return database().statistics();
  }

  /** For tests that look below. */
  Database database() {
    return staging.database();
  }

  void flush() {
    staging.database().flush();
  }

  /**
   * Commits what is under way, waits for readers to leave, flushes, so that the next open has nothing
   * to replay, and closes.
   */
  @Override
  public void close() {
    owned.close();
  }
}
