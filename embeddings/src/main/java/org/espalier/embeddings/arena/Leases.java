package org.espalier.embeddings.arena;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Hands out what is current, and closes what it was once its last borrower is done. Owns every value
 * that it was given.
 *
 * <pre>{@code
 * try (var lease = tables.acquire()) {
 *   return rank(lease.value(), request);
 * }
 * }</pre>
 */
public final class Leases<T extends AutoCloseable> implements AutoCloseable {

  private final AtomicReference<@Nullable Holding<T>> current;

  public Leases(T first) {
    current = new AtomicReference<>(new Holding<>(first));
  }

  /**
   * Borrows the current value; never blocks.
   *
   * @throws IllegalStateException after {@link #close}
   */
  public Lease<T> acquire() {
    while (true) {
      Holding<T> holding = current.get();
      if (holding == null) {
        throw new IllegalStateException("the leases are closed");
      }
      if (holding.borrow()) { // else it was replaced and returned by all in the meantime
        return new Lease<>(holding);
      }
    }
  }

  /**
   * Makes {@code next} the current value. The one before closes now, or when its last lease does.
   *
   * @throws IllegalStateException after {@link #close}; {@code next} stays the caller's
   */
  public void replace(T next) {
    Holding<T> added = new Holding<>(next);
    Holding<T> before = current.get();
    while (before != null && !current.compareAndSet(before, added)) {
      before = current.get();
    }
    if (before == null) {
      throw new IllegalStateException("the leases are closed");
    }
    before.giveBack();
  }

  /** Closes the current value once its last lease is closed; nothing can be acquired any more. */
  @Override
  public void close() {
    Holding<T> last = current.getAndSet(null);
    if (last != null) {
      last.giveBack();
    }
  }

  /** A borrowed value; close it once, on any thread. */
  public static final class Lease<T extends AutoCloseable> implements AutoCloseable {

    private final Holding<T> holding;
    private final AtomicBoolean returned = new AtomicBoolean();

    private Lease(Holding<T> holding) {
      this.holding = holding;
    }

    /** What was current when the lease was acquired; open until the lease is closed. */
    public T value() {
      return holding.value;
    }

    /** Gives the value back; a second call does nothing. */
    @Override
    public void close() {
      if (returned.compareAndSet(false, true)) {
        holding.giveBack();
      }
    }
  }

  /** A value and its holders: the registry while it is current, and each lease. */
  private static final class Holding<T extends AutoCloseable> {

    private final T value;
    private final AtomicInteger holders = new AtomicInteger(1);

    Holding(T value) {
      this.value = value;
    }

    boolean borrow() {
      int before = holders.get();
      while (before > 0 && !holders.compareAndSet(before, before + 1)) {
        before = holders.get();
      }
      return before > 0;
    }

    void giveBack() {
      if (holders.decrementAndGet() > 0) {
        return;
      }
      try {
        value.close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException("cannot close " + value, e);
      }
    }
  }
}
