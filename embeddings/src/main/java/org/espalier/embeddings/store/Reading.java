package org.espalier.embeddings.store;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.espalier.embeddings.store.Verification.Problem;
import org.jspecify.annotations.Nullable;

/** Reads families for a {@link Verifier}, counts their rows and collects what is wrong with them. Of one thread. */
final class Reading {

  private static final int PROBLEMS_MAX = 100;
  private static final long TELL_EVERY_ROWS = 1 << 14;

  /** Looks at a row, and throws what is wrong with it. */
  interface Check {
    void row(ByteBuffer key, ByteBuffer value);
  }

  /** Makes of a row what is looked at again; null when it need not be. */
  interface Suspicion<R> {
    @Nullable R of(ByteBuffer key, ByteBuffer value);
  }

  private final Database.View view;
  private final VerificationListener listener;
  private final Map<String, Long> rows = new LinkedHashMap<>();
  private final List<Problem> problems = new ArrayList<>();
  private long problemCount;
  private long rowsRead;
  private long rowsTotal;

  /**
   * @param rowsTotal how many rows there are, about
   */
  Reading(Database.View view, long rowsTotal, VerificationListener listener) {
    this.view = view;
    this.rowsTotal = rowsTotal;
    this.listener = listener;
    listener.read(0, rowsTotal);
  }

  /** After everything: what was read and what is wrong. */
  Verification found() {
    listener.read(rowsRead, rowsRead);
    return new Verification(rows, problemCount, problems);
  }

  /** Looks at every row of a family that can be read. */
  void walk(Family family, Check check) {
    long[] count = {0};
    attempt(
        family,
        () -> "behind the last row that can be read",
        () ->
            view.scan(
                family,
                (key, value) -> {
                  count[0]++;
                  readOne();
                  try {
                    check.row(key, value);
                  } catch (StoreException
                      | BufferUnderflowException
                      | IndexOutOfBoundsException
                      | IllegalArgumentException e) {
                    add(family.familyName(), Formats.hex(key.rewind()), e); // a check moves it
                  }
                  return true;
                }));
    count(family, count[0]);
  }

  /**
   * Looks at the suspect rows of families that have been walked through. What cannot be read was a problem the first time, and
   * is none once more.
   */
  <R> void walkAgain(Family family, Suspicion<R> suspicion, Consumer<R> check) {
    rowsTotal += rows.getOrDefault(family.familyName(), 0L);
    try {
      view.scan(
          family,
          (key, value) -> {
            readOne();
            R suspect;
            try {
              suspect = suspicion.of(key, value);
            } catch (StoreException | BufferUnderflowException | IndexOutOfBoundsException e) {
              return true;
            }
            if (suspect != null) {
              attempt(family, () -> Formats.hex(key.rewind()), () -> check.accept(suspect));
            }
            return true;
          });
    } catch (StoreException e) {
      // so was what lies behind the last row that can be read
    }
  }

  /** Does something, and keeps what is wrong. */
  void attempt(Family family, Supplier<String> key, Runnable work) {
    attempt(family.familyName(), key, work);
  }

  /**
   * The same for what is of no family.
   *
   * @param family its name, or nothing
   */
  void attempt(String family, Supplier<String> key, Runnable work) {
    try {
      work.run();
    } catch (StoreException
        | BufferUnderflowException
        | IndexOutOfBoundsException
        | IllegalArgumentException e) {
      add(family, key.get(), e);
    }
  }

  /** Says that one more row has been read. */
  void readOne() {
    if (++rowsRead % TELL_EVERY_ROWS == 0) {
      rowsTotal = Math.max(rowsTotal, rowsRead);
      listener.read(rowsRead, rowsTotal);
    }
  }

  /** Adds to a family's count. */
  void count(Family family, long more) {
    rows.merge(family.familyName(), more, Long::sum);
  }

  private void add(String family, String key, RuntimeException e) {
    problemCount++;
    if (problems.size() < PROBLEMS_MAX) {
      problems.add(new Problem(family, key, String.valueOf(e.getMessage())));
    }
  }
}
