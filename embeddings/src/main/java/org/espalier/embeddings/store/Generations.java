package org.espalier.embeddings.store;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.espalier.embeddings.store.StoreException.Kind;
import org.espalier.embeddings.table.RowVisitor;

/**
 * Immutable, numbered sets of tables with a manifest, of which at most one is active. A generation is
 * written to table files outside the database, taken over, then named by its manifest, then activated,
 * each step atomic and durable. A crash between two steps leaves the active one active, and remains
 * that {@link #collectGarbage} removes. Any thread may call anything.
 */
public final class Generations {

  /**
   * What {@link #collectGarbage} removed.
   *
   * @param generations numbers whose rows were there without a manifest
   * @param files table files that were never taken over
   */
  public record Garbage(List<Integer> generations, int files) {}

  private final Database database;
  private final Committer committer;
  private final Path staging;
  private final Disk disk;
  private final Runnable requireFreeSpace;

  /** Numbers of the writers that are open, whose files and rows are no garbage. */
  private final Set<Integer> writing = ConcurrentHashMap.newKeySet();

  Generations(
      Database database, Committer committer, Path staging, Disk disk, Runnable requireFreeSpace) {
    this.database = database;
    this.committer = committer;
    this.staging = staging;
    this.disk = disk;
    this.requireFreeSpace = requireFreeSpace;
  }

  /** Begins a generation with a number of its own, which is not given again whatever becomes of it. */
  public GenerationWriter begin() {
    int number = committer.commit(new BeginGeneration());
    writing.add(number);
    TableFiles files =
        new TableFiles(staging.resolve(Integer.toString(number)), disk, requireFreeSpace);
    return new GenerationWriter(this, number, files);
  }

  /** The active generation; empty before the first activation. */
  public OptionalInt active() {
    return Manifests.active(database);
  }

  /**
   * Makes a generation the active one.
   *
   * @param expectedCurrent the one that the caller thinks is active now
   * @throws StoreException STALE_GENERATION, changing nothing, when another one is active;
   *     NO_SUCH_GENERATION
   */
  public void activate(int number, OptionalInt expectedCurrent) {
    committer.commit(new ActivateGeneration(number, expectedCurrent));
  }

  /**
   * @throws StoreException NO_SUCH_GENERATION
   */
  public Manifest manifest(int number) {
    return Manifests.find(database, number).orElseThrow(() -> noSuch(number));
  }

  /** The manifests of all committed generations, by number. */
  public List<Manifest> list() {
    return Manifests.all(database);
  }

  /**
   * What precedes a table's rows.
   *
   * @throws StoreException NO_SUCH_GENERATION; DAMAGED
   */
  public TableHeader header(int number, String table) {
    return reader(number, table).header();
  }

  /**
   * Visits all rows of a table by ascending token; those of erased users are not there. Rows that were
   * visited before a failure count for nothing: that none is missing is known at the end.
   *
   * @throws StoreException NO_SUCH_GENERATION, also when it is deleted meanwhile; DAMAGED
   */
  public void rows(int number, String table, RowVisitor visitor) {
    try {
      reader(number, table).rows(visitor);
    } catch (StoreException e) {
      throw e.kind() == Kind.DAMAGED && !Manifests.exists(database, number) ? noSuch(number) : e;
    }
  }

  /**
   * Opens a table for reads of single rows; {@link #rows} is the way to read all.
   *
   * @throws StoreException NO_SUCH_GENERATION; DAMAGED
   */
  public RowLookup lookup(int number, String table) {
    return reader(number, table).lookup();
  }

  /**
   * Writes an artefact to a file, which is replaced when it is there.
   *
   * @throws StoreException NO_SUCH_GENERATION; DAMAGED; IO when the file cannot be written
   */
  public void artefact(int number, String name, Path target) {
    List<StoredArtefact> artefacts = manifest(number).artefacts();
    for (int a = 0; a < artefacts.size(); a++) {
      if (artefacts.get(a).name().equals(name)) {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target))) {
          Artefacts.read(database, number, a, artefacts.get(a), out);
        } catch (IOException e) {
          throw new StoreException(Kind.IO, "cannot write " + target + ": " + e, e);
        }
        return;
      }
    }
    throw new IllegalArgumentException(
        "generation %d has no artefact '%s'".formatted(number, name));
  }

  /** Reads an artefact and compares it with its checksum. */
  void verify(int number, int index, StoredArtefact artefact) {
    try {
      Artefacts.read(database, number, index, artefact, OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new StoreException(Kind.IO, "cannot read artefact " + artefact.name(), e);
    }
  }

  /**
   * Deletes a generation and frees its disk space.
   *
   * @throws StoreException GENERATION_ACTIVE; NO_SUCH_GENERATION
   */
  public void delete(int number) {
    committer.commit(new DeleteGeneration(number));
    releaseFiles(number);
  }

  /** Removes what generations left behind that were never committed and are no longer written. */
  public Garbage collectGarbage() {
    List<Integer> removed = new ArrayList<>();
    for (int number : uncommitted()) {
      if (!writing.contains(number) && committer.commit(new RemoveUncommitted(number))) {
        releaseFiles(number);
        removed.add(number);
      }
    }
    return new Garbage(removed, removeStagedFiles());
  }

  /** Of a writer: makes its rows a part of the database, and a generation of them. */
  void commit(Manifest manifest, List<Path> files) {
    database.ingest(Family.ROWS, files);
    committer.commit(new CommitGeneration(manifest));
  }

  /** Of a writer that has removed its files. */
  void writerClosed(int number) {
    writing.remove(number);
  }

  static StoreException noSuch(int number) {
    return new StoreException(
        Kind.NO_SUCH_GENERATION,
        "there is no generation %d; list the generations to see which there are".formatted(number));
  }

  private TableReader reader(int number, String table) {
    List<StoredTable> tables = manifest(number).tables();
    for (int t = 0; t < tables.size(); t++) {
      if (tables.get(t).shape().name().equals(table)) {
        return new TableReader(database, number, t, tables.get(t));
      }
    }
    throw new IllegalArgumentException("generation %d has no table '%s'".formatted(number, table));
  }

  private List<Integer> uncommitted() {
    List<Integer> numbers = new ArrayList<>();
    OptionalInt next = firstWithRows(0);
    while (next.isPresent()) {
      if (!Manifests.exists(database, next.getAsInt())) {
        numbers.add(next.getAsInt());
      }
      next = firstWithRows(next.getAsInt() + 1);
    }
    return numbers;
  }

  private OptionalInt firstWithRows(int fromNumber) {
    int[] found = {-1};
    database.scan(
        Family.ROWS,
        Rows.generationKey(fromNumber),
        (key, value) -> {
          found[0] = key.getInt();
          return false;
        });
    return found[0] < 0 ? OptionalInt.empty() : OptionalInt.of(found[0]);
  }

  private void releaseFiles(int number) {
    database.releaseFiles(Family.ROWS, Rows.generationKey(number), Rows.generationKey(number + 1));
  }

  private int removeStagedFiles() {
    int removed = 0;
    for (Path directory : stagedDirectories()) {
      boolean inUse =
          writing.stream().anyMatch(number -> directory.endsWith(Integer.toString(number)));
      if (!inUse) {
        removed += TableFiles.remove(directory);
      }
    }
    return removed;
  }

  private List<Path> stagedDirectories() {
    if (!Files.exists(staging)) {
      return List.of();
    }
    try (var entries = Files.list(staging)) {
      return entries.toList();
    } catch (IOException e) {
      throw new StoreException(Kind.IO, "cannot read " + staging + ": " + e, e);
    }
  }
}
