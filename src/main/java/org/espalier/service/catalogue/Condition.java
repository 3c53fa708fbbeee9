package org.espalier.service.catalogue;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * What a request says of the record that it means to change, by {@code If-Match} and {@code If-None-Match} (RFC 9110,
 * section 13). A record's tag is its id and version in the store: a user who was erased and came back is another one.
 */
sealed interface Condition {

  /** Nothing is said. */
  record None() implements Condition {}

  /** {@code If-None-Match: *}: there must be no record. */
  record Absent() implements Condition {}

  /** {@code If-Match: *}: there must be one. */
  record Present() implements Condition {}

  /** {@code If-Match: "tag"}: it must be this one. */
  record Version(int id, long version) implements Condition {}

  Pattern TAG = Pattern.compile("\"([0-9a-f]{1,8})-([0-9a-f]{1,16})\"");
  String ANY = "*";

  static String tag(CatalogueRecord record) {
    return tag(record.id(), record.version());
  }

  static String tag(int id, long version) {
    return "\"%x-%x\"".formatted(id, version);
  }

  /** The condition of a request that changes a record. */
  static Condition of(HttpServletRequest request) {
    String match = single(request, HttpHeaders.IF_MATCH);
    String noneMatch = single(request, HttpHeaders.IF_NONE_MATCH);
    if (match != null && noneMatch != null) {
      throw new ProblemException(
          ProblemCode.BAD_REQUEST, "send If-Match or If-None-Match, not both");
    }
    if (noneMatch != null) {
      if (!noneMatch.equals(ANY)) {
        throw new ProblemException(
            ProblemCode.INVALID_VALUE, "If-None-Match takes * where a record is written");
      }
      return new Absent();
    }
    if (match == null) {
      return new None();
    }
    return match.equals(ANY) ? new Present() : version(match);
  }

  /** Whether a reader has this record already. */
  static boolean isKnown(HttpServletRequest request, CatalogueRecord record) {
    String known = single(request, HttpHeaders.IF_NONE_MATCH);
    return known != null && (known.equals(ANY) || known.replace("W/", "").equals(tag(record)));
  }

  private static Condition version(String text) {
    Matcher tag = TAG.matcher(text);
    if (!tag.matches()) {
      throw new ProblemException(
          ProblemCode.INVALID_VALUE, "If-Match takes one ETag as it came, or *");
    }
    return new Version(
        Integer.parseUnsignedInt(tag.group(1), 16), Long.parseUnsignedLong(tag.group(2), 16));
  }

  private static @Nullable String single(HttpServletRequest request, String header) {
    List<String> values = Collections.list(request.getHeaders(header));
    if (values.size() > 1) {
      throw new ProblemException(ProblemCode.INVALID_VALUE, header + " stands twice");
    }
    return values.isEmpty() ? null : values.getFirst().strip();
  }
}
