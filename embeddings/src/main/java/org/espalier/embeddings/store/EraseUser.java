package org.espalier.embeddings.store;

import java.util.ArrayList;
import java.util.List;

/**
 * One step of an erasure: removes at most {@link #ROWS_MAX} of a user's rows in one batch. While rows
 * are left the batch also holds the mark that makes {@link Store#open} go on with it after a crash;
 * the last batch removes the mark, the record and the token. Until then the user is known by the same
 * id, so that a step that failed can be asked for again, and events that arrive meanwhile go too.
 */
final class EraseUser implements Mutation<EraseUser.Step> {

  /**
   * What a step did.
   *
   * @param done whether it was the last
   */
  record Step(Erasure removed, boolean done) {}

  /** One history row and where it points. */
  private record HistoryRow(int item, int type, long timeMs, long sequence) {}

  private static final int ROWS_MAX = 10_000;

  private final int user;

  EraseUser(int user) {
    this.user = user;
  }

  @Override
  public int rows() {
    return ROWS_MAX;
  }

  @Override
  public boolean alone() {
    return true;
  }

  @Override
  public Step apply(Staging staging) {
    if (staging.dictionary().isErased(Field.USER, user)) {
      return new Step(Erasure.NOTHING, true);
    }
    List<HistoryRow> history = history(staging.database());
    long eventIds = 0;
    for (HistoryRow row : history) {
      eventIds += removeEvent(staging, row);
    }
    List<byte[]> edges = edges(staging.database(), ROWS_MAX - history.size());
    edges.forEach(edge -> staging.delete(Family.EDGES, edge));

    boolean done = history.size() + edges.size() < ROWS_MAX;
    long records = 0;
    if (done) {
      records = removeRecord(staging);
      removeRows(staging);
      staging.dictionary().stageErasure(staging, Field.USER, user);
      staging.delete(Family.META, Meta.erasingKey(user));
      staging.eraseUser(user);
    } else {
      staging.put(Family.META, Meta.erasingKey(user), Meta.erasingValue());
      staging.touchUser(user);
    }
    return new Step(new Erasure(history.size(), eventIds, edges.size(), records), done);
  }

  private List<HistoryRow> history(Database database) {
    List<HistoryRow> rows = new ArrayList<>();
    new Histories(database)
        .latest(
            user,
            ROWS_MAX,
            (item, type, value, timeMs, sequence) ->
                rows.add(new HistoryRow(item, type, timeMs, sequence)));
    return rows;
  }

  /** Returns how many event ids went with it. */
  private int removeEvent(Staging staging, HistoryRow row) {
    staging.delete(Family.HISTORIES, Histories.key(user, row.timeMs(), row.sequence()));
    staging.delete(Family.EVENTS, EventLog.key(row.sequence()));
    staging.count(row.type(), row.item(), -1);
    staging.touchEntity(row.item());
    return new EventLog(staging.database())
        .find(row.sequence())
        .flatMap(EventLog.LoggedEvent::eventId)
        .map(eventId -> {
          staging.delete(Family.OFFSETS, Offsets.eventKey(Tokens.encode(eventId)));
          return 1;
        })
        .orElse(0);
  }

  private List<byte[]> edges(Database database, int limit) {
    List<byte[]> keys = new ArrayList<>();
    if (limit > 0) {
      byte[] from = Edges.headPrefix(Edges.INTERACTS, user);
      database.scanPrefix(
          Family.EDGES,
          from,
          from.length,
          (key, value) -> {
            keys.add(Formats.bytes(key, key.remaining()));
            return keys.size() < limit;
          });
    }
    return keys;
  }

  private long removeRecord(Staging staging) {
    byte[] key = Catalogue.key(Catalogue.Kind.USER, user);
    if (staging.get(Family.CATALOGUE, key) == null) {
      return 0;
    }
    staging.delete(Family.CATALOGUE, key);
    return 1;
  }

  private void removeRows(Staging staging) {
    for (Manifest manifest : Manifests.all(staging.database())) {
      List<StoredTable> tables = manifest.tables();
      for (int t = 0; t < tables.size(); t++) {
        if (tables.get(t).shape().field().equals(Field.USER.name())) {
          Rows.erase(staging, manifest.number(), t, user);
        }
      }
    }
  }

  /** Users whose erasure was begun and not finished. */
  static List<Integer> unfinished(Database database) {
    List<Integer> users = new ArrayList<>();
    byte[] prefix = Meta.erasingPrefix();
    database.scanPrefix(
        Family.META,
        prefix,
        prefix.length,
        (key, value) -> {
          users.add(Meta.erasingUser(key));
          return true;
        });
    return users;
  }
}
