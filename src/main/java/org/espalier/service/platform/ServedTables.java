package org.espalier.service.platform;

import java.util.Optional;
import org.espalier.embeddings.arena.ArenaTable;

/** Lends the tables that answer rankings now to those who only look at them. */
public interface ServedTables {

  /** Empty as long as no generation serves; never blocks. */
  Optional<Lent> lend();

  /** Tables that stay open until this is closed. */
  interface Lent extends AutoCloseable {

    /** The generation's number. */
    int generation();

    /** The log's last sequence that the generation was made of. */
    long logPosition();

    /** By user id; without rows when the generation has none. */
    ArenaTable users();

    /** By entity id. */
    ArenaTable items();

    @Override
    void close();
  }
}
