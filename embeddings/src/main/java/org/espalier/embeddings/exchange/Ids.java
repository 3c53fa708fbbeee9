package org.espalier.embeddings.exchange;

import it.unimi.dsi.fastutil.objects.Object2LongOpenHashMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.espalier.embeddings.store.Tokens;

/** The ids of vectors: each is a token, and none is there twice. Used by one thread. */
final class Ids {

  /** Longer than any token, so that one that is too long is told from a file of another kind. */
  private static final int LINE_BYTES_MAX = 8192;

  private final List<String> ids = new ArrayList<>();
  private final Object2LongOpenHashMap<String> lineOf = new Object2LongOpenHashMap<>();

  Ids() {
    lineOf.defaultReturnValue(0);
  }

  /** Reads a file of one id a line; an empty line is an empty id, which is refused. */
  static List<String> read(Path path) {
    Ids ids = new Ids();
    try (Lines lines = Lines.open(path, LINE_BYTES_MAX)) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        ids.add(line, lines);
      }
    }
    return ids.list();
  }

  /** Adds the id of the line that was read last. */
  void add(String id, Lines lines) {
    Optional<String> problem = Tokens.problemOf(id);
    if (problem.isPresent()) {
      throw lines.fault("the id " + problem.get());
    }
    long before = lineOf.putIfAbsent(id, lines.number());
    if (before != 0) {
      throw lines.fault("the id '%s' is that of line %d".formatted(id, before));
    }
    ids.add(id);
  }

  List<String> list() {
    return ids;
  }
}
