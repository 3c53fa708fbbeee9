package org.espalier.service.ranking;

import static java.nio.charset.StandardCharsets.UTF_8;

import it.unimi.dsi.fastutil.ints.IntOpenHashSet;
import it.unimi.dsi.fastutil.ints.IntSet;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.espalier.embeddings.arena.Leases;
import org.espalier.embeddings.store.Commit;
import org.jspecify.annotations.Nullable;

/**
 * The model that answers now, lent to each request for as long as it takes. A model that is replaced closes when its
 * last request is done. Rows of erased users leave it before the erasure is answered.
 */
final class ActiveModel implements AutoCloseable {

  private final Leases<Slot> leases = new Leases<>(new Slot(null));

  /** Users erased in this process, for models whose loading they overtake. Guarded by this object's lock. */
  private final IntSet erased = new IntOpenHashSet();

  private volatile Split split = Split.NONE;

  /** What is lent: a model, or none as long as there is no generation. */
  record Slot(@Nullable ServedModel model) implements AutoCloseable {
    @Override
    public void close() {
      if (model != null) {
        model.close();
      }
    }
  }

  /**
   * A generation's share of the users.
   *
   * @param name of the variant
   * @param upTo users whose place is below it, and not below the one before, take part
   * @param models what answers them; null for whatever is active
   */
  record Arm(String name, double upTo, @Nullable Leases<Slot> models) {}

  /** How the users are split at the moment; without arms, not at all. Replaced under this object's lock. */
  record Split(String salt, List<Arm> arms) {

    static final Split NONE = new Split("", List.of());

    /** The arm of a user; null when none is theirs. */
    @Nullable Arm of(String user) {
      double place = place(salt, user);
      for (Arm arm : arms) {
        if (place < arm.upTo) {
          return arm;
        }
      }
      return null;
    }

    /** A user's place in 0 … 1, the same for ever and on every machine. */
    static double place(String salt, String user) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(salt.getBytes(UTF_8));
        digest.update((byte) 0); // so that no salt and user read as others
        byte[] hash = digest.digest(user.getBytes(UTF_8));
        return (ByteBuffer.wrap(hash).getLong() >>> 11) * 0x1p-53;
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
  }

  /** What answers one user, to be given back. */
  record Lent(Leases.Lease<Slot> lease, @Nullable String variant) implements AutoCloseable {

    Slot slot() {
      return lease.value();
    }

    @Nullable ServedModel model() {
      return lease.value().model();
    }

    @Override
    public void close() {
      lease.close();
    }
  }

  /** What answers each of several users. */
  record AllLent(List<Lent> lent) implements AutoCloseable {

    Lent of(int user) {
      return lent.get(user);
    }

    @Override
    public void close() {
      lent.forEach(Lent::close);
    }
  }

  /** Borrows what answers a user now, or somebody without an id; never blocks. */
  Lent acquireFor(@Nullable String user) {
    while (true) {
      Split now = split;
      Arm arm = user == null || now.arms.isEmpty() ? null : now.of(user);
      Leases<Slot> models = arm == null || arm.models == null ? leases : arm.models;
      try {
        return new Lent(models.acquire(), arm == null ? null : arm.name);
      } catch (IllegalStateException e) {
        if (split.equals(now)) {
          throw e; // else the experiment ended in between
        }
      }
    }
  }

  /** The same for several users. */
  AllLent acquireForAll(List<String> users) {
    List<Lent> lent = new ArrayList<>(users.size());
    try {
      users.forEach(user -> lent.add(acquireFor(user)));
      return new AllLent(lent);
    } catch (RuntimeException e) {
      lent.forEach(Lent::close);
      throw e;
    }
  }

  /** Splits users anew; the models of the split before close when their last request is done. */
  synchronized void split(Split next) {
    Split before = split;
    for (Arm arm : next.arms) {
      if (arm.models != null) {
        removeErased(arm.models, erased);
      }
    }
    split = next;
    before.arms.forEach(ActiveModel::close);
  }

  private static void close(Arm arm) {
    if (arm.models != null) {
      arm.models.close();
    }
  }

  private static void removeErased(Leases<Slot> models, IntSet users) {
    try (var lease = models.acquire()) {
      ServedModel model = lease.value().model();
      if (model != null) {
        users.forEach(model.users()::remove);
      }
    }
  }

  /** Borrows what is active now; never blocks. */
  Leases.Lease<Slot> acquire() {
    return leases.acquire();
  }

  /** Makes a model answer from the next request on, and owns it. */
  synchronized void replace(ServedModel model) {
    erased.forEach(model.users()::remove);
    leases.replace(new Slot(model));
  }

  /** Hears of commits. */
  synchronized void committed(Commit commit) {
    if (commit.erasedUsers().isEmpty()) {
      return;
    }
    erased.addAll(commit.erasedUsers());
    removeErased(leases, commit.erasedUsers());
    for (Arm arm : split.arms) {
      if (arm.models != null) {
        removeErased(arm.models, commit.erasedUsers());
      }
    }
  }

  @Override
  public void close() {
    split(Split.NONE);
    leases.close();
  }
}
