package org.espalier.service.control;

import java.time.Clock;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import org.espalier.embeddings.store.StoreException;
import org.espalier.service.wire.ProblemException;
import org.espalier.service.wire.TraceId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Every change that an administrator asks for, whether it was done or refused. The entry is there before the change
 * begins, so nothing changes unseen: while the database is away nothing is changed, and an entry that stays
 * {@code started} is of a process that ended in between.
 */
public final class AuditLog {

  private static final Logger log = LoggerFactory.getLogger(AuditLog.class);
  private static final String FAILED = "failed";

  private final AuditRepository entries;
  private final Instance instance;
  private final Clock clock;

  AuditLog(AuditRepository entries, Instance instance, Clock clock) {
    this.entries = entries;
    this.instance = instance;
    this.clock = clock;
  }

  /**
   * Makes a change under an entry.
   *
   * @param operation as {@code generation.activate}
   * @param target as {@code generation 3}
   * @param detail further arguments, in words; may be empty
   */
  public <T> T record(String operation, String target, String detail, Supplier<T> change) {
    long id = begin(operation, target, detail);
    try {
      T result = change.get();
      end(id, AuditEntry.DONE);
      return result;
    } catch (ProblemException e) {
      end(id, e.code().code());
      throw e;
    } catch (StoreException e) {
      end(id, e.kind().name().toLowerCase(Locale.ROOT));
      throw e;
    } catch (RuntimeException e) {
      end(id, FAILED);
      throw e;
    }
  }

  private long begin(String operation, String target, String detail) {
    AuditEntry entry =
        new AuditEntry(
            null,
            instance.id(),
            clock.millis(),
            Caller.name(),
            operation,
            target,
            detail,
            AuditEntry.STARTED,
            Caller.request().map(TraceId::of).orElse(null));
    return Objects.requireNonNull(entries.save(entry).id());
  }

  /** The change is made or refused by now, whatever becomes of this. */
  private void end(long id, String outcome) {
    try {
      entries.end(id, outcome);
    } catch (DataAccessException | TransactionException e) {
      log.warn("The audit log's entry {} should say {}, but the database is away", id, outcome, e);
    }
  }
}
