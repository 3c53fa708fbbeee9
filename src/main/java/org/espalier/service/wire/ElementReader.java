package org.espalier.service.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * Reads a body element by element, setting bad elements aside. A body that is not JSON as a whole is refused before
 * anything of it can be stored: callers store what this class returns.
 */
public final class ElementReader {

  private static final int REFUSED_BYTES_MAX = 256 << 10;

  private final JsonFactory json;
  private final int elementsMax;
  private final int lineBytesMax;
  private final boolean keepsRefused;

  public ElementReader(Limits limits) {
    this(limits, false);
  }

  /**
   * @param keepsRefused whether batches hold refused elements as they came, up to 256 KB of each
   */
  public ElementReader(Limits limits, boolean keepsRefused) {
    this.keepsRefused = keepsRefused;
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(limits.jsonDepth())
            .maxStringLength((int) limits.bodySize().toBytes())
            .build();
    // NaN and Infinity are read so that they cost their element, not the whole body.
    this.json =
        JsonFactory.builder()
            .streamReadConstraints(constraints)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    this.elementsMax = limits.elements();
    this.lineBytesMax = (int) limits.elementSize().toBytes();
  }

  /** Reads {@code [element, …]}. */
  public <T> Batch<T> readArray(InputStream body, ElementDecoder<T> decoder) {
    KeptBytes kept = keepsRefused ? new KeptBytes(body) : null;
    try (JsonParser parser =
        json.createParser(ObjectReadContext.empty(), kept == null ? body : kept)) {
      requireStart(parser, JsonToken.START_ARRAY, "a JSON array");
      Batch<T> batch = readElements(parser, decoder, kept);
      requireEnd(parser);
      return batch;
    } catch (JacksonException e) {
      throw JsonFaults.problem(e);
    }
  }

  /**
   * Reads {@code {"<field>": [element, …]}}.
   *
   * @param fields the names that the field may have, the usual one first
   */
  public <T> Batch<T> readArrayField(
      InputStream body, ElementDecoder<T> decoder, String... fields) {
    String shape = "{\"" + fields[0] + "\": [ … ]}";
    KeptBytes kept = keepsRefused ? new KeptBytes(body) : null;
    try (JsonParser parser =
        json.createParser(ObjectReadContext.empty(), kept == null ? body : kept)) {
      requireStart(parser, JsonToken.START_OBJECT, shape);
      String name = parser.nextName();
      if (name == null) {
        throw new ProblemException(ProblemCode.MISSING_FIELD, "the body must be " + shape);
      }
      if (!Arrays.asList(fields).contains(name)) {
        throw JsonValues.unknownField(name, fields[0]).asProblem();
      }
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new ProblemException(ProblemCode.INVALID_TYPE, "the body must be " + shape);
      }
      Batch<T> batch = readElements(parser, decoder, kept);
      if (parser.nextToken() != JsonToken.END_OBJECT) {
        throw JsonValues.unknownField(parser.currentName(), fields[0]).asProblem();
      }
      requireEnd(parser);
      return batch;
    } catch (JacksonException e) {
      throw JsonFaults.problem(e);
    }
  }

  /** Reads one element a line (NDJSON); empty lines are skipped and not counted. */
  public <T> Batch<T> readLines(InputStream body, ElementDecoder<T> decoder) throws IOException {
    List<T> accepted = new ArrayList<>();
    List<RejectedElement> rejected = new ArrayList<>();
    List<RefusedElement> refused = new ArrayList<>();
    LineReader lines = new LineReader(body, lineBytesMax);
    for (int index = 0; lines.next(); index++) {
      requireRoom(index);
      try {
        if (lines.tooLong()) {
          String detail = "the line is longer than %d bytes".formatted(lineBytesMax);
          throw new Rejection(ProblemCode.ELEMENT_TOO_LARGE, detail);
        }
        accepted.add(readOne(lines.bytes(), 0, lines.length(), decoder, index));
      } catch (Rejection e) {
        rejected.add(e.at(index));
        if (keepsRefused) {
          int count = Math.min(lines.length(), REFUSED_BYTES_MAX);
          byte[] content = Arrays.copyOf(lines.bytes(), count);
          refused.add(new RefusedElement(content, lines.lineBytes(), e));
        }
      }
    }
    if (accepted.isEmpty() && rejected.isEmpty()) {
      throw emptyBody();
    }
    return new Batch<>(accepted, rejected, refused);
  }

  /** Reads the one object in {@code bytes[at .. at + length)}. */
  public <T> T readOne(byte[] bytes, int at, int length, ElementDecoder<T> decoder, int index)
      throws Rejection {
    try (JsonParser parser = json.createParser(ObjectReadContext.empty(), bytes, at, length)) {
      T value = decodeObject(parser, parser.nextToken(), decoder, index);
      requireEnd(parser);
      return value;
    } catch (JacksonException e) {
      throw JsonFaults.rejection(e);
    } catch (ProblemException e) {
      throw new Rejection(e.code(), e.detail());
    }
  }

  /** Reads the body's one object. */
  public <T> T readObject(InputStream body, ElementDecoder<T> decoder) {
    try (JsonParser parser = json.createParser(ObjectReadContext.empty(), body)) {
      requireStart(parser, JsonToken.START_OBJECT, "a JSON object");
      T value = decoder.decode(parser, 0);
      requireEnd(parser);
      return value;
    } catch (JacksonException e) {
      throw JsonFaults.problem(e);
    } catch (Rejection e) {
      throw e.asProblem();
    }
  }

  private <T> Batch<T> readElements(
      JsonParser parser, ElementDecoder<T> decoder, @Nullable KeptBytes kept) {
    List<T> accepted = new ArrayList<>();
    List<RejectedElement> rejected = new ArrayList<>();
    List<RefusedElement> refused = new ArrayList<>();
    int depth = parser.streamReadContext().getNestingDepth();
    JsonToken token = parser.nextToken();
    for (int index = 0; token != JsonToken.END_ARRAY; index++, token = parser.nextToken()) {
      requireRoom(index);
      long from = parser.currentTokenLocation().getByteOffset();
      if (kept != null) {
        kept.forgetBefore(from);
      }
      try {
        accepted.add(decodeObject(parser, token, decoder, index));
      } catch (Rejection e) {
        rejected.add(e.at(index));
        skipTo(depth, parser);
        if (kept != null) {
          refused.add(refused(parser, kept, from, e));
        }
      }
    }
    return new Batch<>(accepted, rejected, refused);
  }

  /** The element that ends where the parser is. Its place is known in UTF-8 only. */
  private static RefusedElement refused(
      JsonParser parser, KeptBytes kept, long from, Rejection reason) {
    parser.finishToken();
    long to = parser.currentLocation().getByteOffset();
    return from < 0
        ? new RefusedElement(new byte[0], 0, reason)
        : new RefusedElement(kept.copy(from, to, REFUSED_BYTES_MAX), to - from, reason);
  }

  private static <T> T decodeObject(
      JsonParser parser, JsonToken token, ElementDecoder<T> decoder, int index) throws Rejection {
    if (token != JsonToken.START_OBJECT) {
      throw new Rejection(ProblemCode.INVALID_ELEMENT, "each element must be a JSON object");
    }
    return decoder.decode(parser, index);
  }

  /** Goes on to the end of the element whose decoder gave up somewhere inside it. */
  private static void skipTo(int depth, JsonParser parser) {
    while (parser.streamReadContext().getNestingDepth() > depth) {
      parser.nextToken(); // throws at the body's end
    }
  }

  private void requireRoom(int index) {
    if (index >= elementsMax) {
      String detail = "a request takes at most %d elements; send several".formatted(elementsMax);
      throw new ProblemException(ProblemCode.TOO_MANY_ELEMENTS, detail);
    }
  }

  private static void requireStart(JsonParser parser, JsonToken wanted, String shape) {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw emptyBody();
    }
    if (first != wanted) {
      throw new ProblemException(ProblemCode.INVALID_TYPE, "the body must be " + shape);
    }
  }

  private static void requireEnd(JsonParser parser) {
    if (parser.nextToken() != null) {
      throw new ProblemException(
          ProblemCode.BROKEN_JSON, "there is more text after the end of the JSON value");
    }
  }

  private static ProblemException emptyBody() {
    return new ProblemException(ProblemCode.EMPTY_BODY, "the body is empty; send JSON");
  }
}
