package org.espalier.service.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.espalier.service.http.ApiDocument.Operation;
import tools.jackson.databind.JsonNode;

/** Makes calls of what the API's description says: good ones, and those that differ from good ones in a hostile way. */
final class FuzzedCalls {

  /** Percent-encoded or not, what has broken paths of other services. */
  private static final List<String> PATHS =
      List.of(
          "%2F",
          "a%2Fb",
          "%2F..%2F..%2Fetc%2Fpasswd",
          "..",
          ".",
          "%2e%2e",
          "%2e%2e%2f",
          "%252e%252e",
          "%00",
          "a%00b",
          "%0d%0aX-Injected:%201",
          "%c0%ae%c0%ae",
          "%e0%80%af",
          "%ff",
          "%fe%ff",
          "%",
          "%zz",
          "%u0041",
          "a;b=c",
          "%3B",
          "a%3Bb",
          "a%5Cb",
          "\\",
          "?",
          "#",
          "*",
          "%20",
          "+",
          "~",
          "%25",
          "%f0%9f%8c%b3",
          "%ed%a0%80",
          "%e2%80%ae",
          "%EF%BB%BF",
          "-1",
          "0",
          "00",
          "1e9",
          "1000000000",
          "2147483648",
          "999999999999999999",
          "9223372036854775808",
          "%d9%a1",
          "null",
          "undefined",
          "true",
          "{id}",
          "%7Bid%7D",
          "[1]",
          "a:cancel",
          ":cancel",
          "1:activate",
          "'%20or%201=1--",
          "%27",
          "%22",
          "<script>",
          "%3Cscript%3E",
          "${jndi:x}",
          "%24%7B7*7%7D",
          "..%5c..%5c",
          "....//",
          "a/../b",
          "//",
          "%E2%80%8B",
          "I%CC%87",
          "%C4%B0",
          "NaN",
          "con",
          "a%09b",
          "a%7Fb");

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "\u0000",
          "a\u0000b",
          "\r\nX-Injected: 1",
          "\u202eevil",
          "\ufeff",
          "\ud83c\udf33",
          "I\u0307",
          "\u0130",
          "null",
          "-1",
          "../../etc/passwd",
          "<script>alert(1)</script>",
          "${7*7}",
          "' or 1=1--",
          "%00",
          "P30D",
          "P-1D",
          "PT0S",
          "P999999999D",
          "P9999999999999D",
          "2026-01-31T12:00:00Z",
          "9999-12-31T23:59:59Z",
          "+1000000000-01-01T00:00:00Z",
          "-0001-01-01T00:00:00Z",
          "2026-02-30T00:00:00Z",
          "ndcg@20",
          "categories",
          "genre",
          "year",
          "u1",
          "i1",
          "click",
          "A");

  /** Numbers as they are written, since many have no Java type. */
  private static final List<String> NUMBERS =
      List.of(
          "-1",
          "0",
          "1",
          "2",
          "-0",
          "-0.0",
          "0.5",
          "1.0",
          "1e0",
          "1.5",
          "100",
          "1000",
          "1001",
          "10000",
          "10001",
          "1000000000",
          "-1000000000",
          "2147483647",
          "2147483648",
          "-2147483649",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775809",
          "1e9",
          "1e308",
          "1e309",
          "-1e400",
          "1e-400",
          "1e999999999",
          "0.1e1",
          "123456789012345678901234567890",
          "1." + "0".repeat(400) + "1",
          "9".repeat(1200),
          "01",
          "+1",
          ".5",
          "1.",
          "0x10",
          "NaN",
          "Infinity",
          "1_000",
          "1e");

  private static final List<String> OTHERS =
      List.of(
          "null",
          "true",
          "false",
          "[]",
          "{}",
          "[null]",
          "{\"\":null}",
          "{\"a\":{\"b\":[1,{}]}}",
          "[[[[]]]]",
          "\"\\ud800\"",
          "\"\\u0000\"",
          "\"\\uDC00\\uD800\"",
          "\"\\x41\"",
          "'a'",
          "undefined",
          "{\"a\":1,\"a\":2}",
          "[".repeat(80) + "]".repeat(80),
          "[".repeat(5000),
          "{\"a\":".repeat(70) + "1" + "}".repeat(70));

  private static final List<String> CURSORS =
      List.of(
          "",
          "0",
          "-1",
          "1",
          "9223372036854775807",
          "9223372036854775808",
          "zzz",
          "AAAA",
          "AQAAAAEAAAAAAAAAAAAAAAE",
          "AQAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
          "1-1",
          "0-0",
          "1.1",
          "-9223372036854775808",
          "1700000000000-1",
          "eyJhIjoxfQ",
          "%00",
          "%0d%0a",
          "....",
          "1,1",
          "1_1",
          "ffffffff-ffffffffffffffff");

  private static final List<String> HEADERS =
      List.of(
          "Accept: text/html",
          "Accept: application/*",
          "Accept: ;;;",
          "Accept: */*;q=0",
          "Accept: application/json;q=2",
          "Accept-Encoding: gzip, br",
          "Accept-Language: %%%",
          "Accept-Charset: x",
          "Range: bytes=0-1",
          "If-Modified-Since: never",
          "Cookie: a=b",
          "X-Forwarded-For: 1.2.3.4",
          "X-Forwarded-Host: elsewhere.example",
          "X-HTTP-Method-Override: DELETE",
          "X-Original-URL: /v1/admin/keys",
          "Forwarded: for=x",
          "traceparent: 00-x\tX-Injected: 1",
          "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          "X-Odd: \u00e9\u00ff",
          "X-Long: " + "x".repeat(4000),
          "Content-Language: \u0001",
          "Upgrade: h2c",
          "Authorization: Basic YTpi",
          "Authorization: Bearer",
          "X-API-Key:",
          "X-API-Key: esp_0123456789ab_" + "A".repeat(43),
          "Idempotency-Key: ",
          "Idempotency-Key: a",
          "Idempotency-Key: " + "k".repeat(300),
          "Idempotency-Key: \u00e9\u00e8",
          "If-Match: *",
          "If-Match: \"1-1\"",
          "If-Match: W/\"1-1\"",
          "If-Match: \"1-1\", \"2-2\"",
          "If-Match: \"ffffffff-ffffffffffffffff\"",
          "If-Match: x",
          "If-None-Match: *",
          "If-None-Match: \"1-1\"",
          "If-None-Match: x",
          "If-Match: *\r\nIf-None-Match: *");

  private static final List<String> TYPES =
      List.of(
          "text/plain",
          "application/xml",
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x",
          "application/json; charset=utf-16",
          "application/json;charset=\"",
          "application",
          "*/*",
          "",
          "application/x-ndjson",
          "application/merge-patch+json",
          "application/json; x=" + "y".repeat(300));

  private final ApiDocument api;
  private final SplittableRandom random;

  /**
   * One call.
   *
   * @param head up to the empty line, without the key and the body's length
   * @param declared the body's length as the call says it; more than there is when the body ends early
   * @param authorised whether the admin's key goes with it
   */
  @SuppressWarnings("ArrayRecordComponent") // calls are sent, and never compared
  record Call(
      Operation operation,
      String method,
      String head,
      byte[] body,
      int declared,
      boolean authorised) {

    byte[] bytes(String adminKey) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      String key = authorised ? "Authorization: Bearer " + adminKey + "\r\n" : "";
      String length = declared < 0 ? "" : "Content-Length: " + declared + "\r\n";
      out.writeBytes((head + key + length + "\r\n").getBytes(ISO_8859_1));
      out.writeBytes(body);
      return out.toByteArray();
    }

    boolean endsEarly() {
      return declared > body.length;
    }

    @Override
    public String toString() {
      String text = new String(body, UTF_8);
      String shown = text.length() > 500 ? text.substring(0, 500) + "…" : text;
      return operation.id() + ": " + head.strip() + "\n" + shown;
    }
  }

  FuzzedCalls(ApiDocument api, long seed) {
    this.api = api;
    this.random = new SplittableRandom(seed);
  }

  /** A call of one operation. */
  Call next(Operation operation) {
    StringBuilder head = new StringBuilder();
    String method =
        chance(2)
            ? pick(List.of("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "BREW"))
            : operation.method();
    head.append(method)
        .append(' ')
        .append(path(operation))
        .append(" HTTP/1.1\r\nHost: localhost\r\n");
    for (JsonNode parameter : api.parameters(operation)) {
      if (parameter.path("in").asString().equals("header") && chance(15)) {
        head.append(parameter.path("name").asString())
            .append(": ")
            .append(chance(50) ? "k" + random.nextInt(50) : "*")
            .append("\r\n");
      }
    }
    for (int i = chance(20) ? 1 + random.nextInt(2) : 0; i > 0; i--) {
      head.append(pick(HEADERS)).append("\r\n");
    }
    boolean authorised =
        !chance(2) && head.indexOf("Authorization:") < 0 && head.indexOf("X-API-Key:") < 0;
    if (operation.bodies().isEmpty() || !method.equals(operation.method())) {
      return new Call(operation, method, head.toString(), new byte[0], -1, authorised);
    }
    List<String> types = List.copyOf(operation.bodies().propertyNames());
    String type = pick(types);
    byte[] body = body(operation, type);
    if (chance(3)) {
      head.append("Content-Encoding: ")
          .append(pick(List.of("gzip", "br", "deflate", "identity", "x")))
          .append("\r\n");
      body = gzip(chance(20) ? new byte[1 << 20] : body);
    }
    String sent = chance(4) ? pick(TYPES) : type;
    if (!sent.isEmpty() || chance(50)) {
      head.append("Content-Type: ").append(sent).append("\r\n");
    }
    int declared = chance(1) ? body.length + 1 + random.nextInt(100) : body.length;
    return new Call(operation, method, head.toString(), body, declared, authorised);
  }

  private String path(Operation operation) {
    String path = operation.path();
    StringBuilder query = new StringBuilder();
    for (JsonNode parameter : api.parameters(operation)) {
      String name = parameter.path("name").asString();
      switch (parameter.path("in").asString()) {
        case "path" -> path = path.replace("{" + name + "}", pathValue(parameter));
        case "query" -> {
          if (parameter.path("required").asBoolean(false) ? !chance(3) : chance(40)) {
            query
                .append(query.isEmpty() ? '?' : '&')
                .append(name)
                .append('=')
                .append(queryValue(parameter));
          }
        }
        default -> {} // headers come later
      }
    }
    if (chance(3)) {
      query
          .append(query.isEmpty() ? '?' : '&')
          .append(
              pick(
                  List.of(
                      "x=1",
                      "limit=1&limit=2",
                      "%00=1",
                      "limit",
                      "=",
                      "&&",
                      "a[]=1",
                      "cursor=%ff")));
    }
    return path + query;
  }

  private String pathValue(JsonNode parameter) {
    if (chance(25)) {
      return chance(5) ? "a".repeat(pick(List.of(511, 512, 513, 5000))) : pick(PATHS);
    }
    String example = parameter.path("example").asString("a");
    if (example.matches("[iu]\\d+")) {
      return example.charAt(0) + "" + random.nextInt(30);
    }
    return chance(50) && example.matches("\\d+")
        ? Integer.toString(1 + random.nextInt(40))
        : URLEncoder.encode(example, UTF_8);
  }

  private String queryValue(JsonNode parameter) {
    String name = parameter.path("name").asString();
    if (name.equals("cursor")) {
      return chance(3) ? "A".repeat(3000) : pick(CURSORS);
    }
    if (chance(25)) {
      return URLEncoder.encode(chance(50) ? pick(NUMBERS) : pick(TEXTS), UTF_8);
    }
    if (chance(5)) {
      return pick(PATHS.stream().filter(path -> path.indexOf('#') < 0).toList());
    }
    String value = value(parameter.path("schema"), name, 0);
    return URLEncoder.encode(
        value.startsWith("\"") ? value.substring(1, value.length() - 1) : value, UTF_8);
  }

  private byte[] body(Operation operation, String type) {
    JsonNode schema = operation.bodies().path(type).path("schema");
    String text;
    if (type.contains("ndjson")) {
      StringBuilder lines = new StringBuilder();
      for (int i = random.nextInt(4); i >= 0; i--) {
        lines
            .append(value(schema, "", 0))
            .append(pick(List.of("\n", "\n", "\r\n", "\n\n", "\r", " ")));
      }
      text = lines.toString();
    } else {
      text = value(schema, "", 0);
    }
    byte[] bytes = text.getBytes(UTF_8);
    if (!chance(6)) {
      return bytes;
    }
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      case 1 -> (text + pick(List.of("x", "{}", "]", "\u0000", ",", "//c"))).getBytes(UTF_8);
      case 2 -> ("\ufeff" + text).getBytes(UTF_8);
      case 3 -> gzip(bytes);
      case 4 -> text.getBytes(java.nio.charset.StandardCharsets.UTF_16LE);
      case 5 -> flipped(bytes);
      case 6 -> pick(OTHERS).getBytes(UTF_8);
      default -> new byte[0];
    };
  }

  private byte[] flipped(byte[] bytes) {
    byte[] changed = bytes.clone();
    for (int i = 1 + random.nextInt(3); i > 0 && changed.length > 0; i--) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
    }
    return changed;
  }

  /** A value as JSON text: one that the schema allows, or now and then something else. */
  private String value(JsonNode schema, String name, int depth) {
    JsonNode known = api.resolved(schema);
    if (depth > 0 && chance(5)) {
      return switch (random.nextInt(4)) {
        case 0 -> pick(NUMBERS);
        case 1 -> quoted(pick(TEXTS));
        case 2 -> quoted("x".repeat(pick(List.of(129, 513, 4097, 70_000))));
        default -> pick(OTHERS);
      };
    }
    if (known.has("oneOf")) {
      return value(pick(List.copyOf(known.get("oneOf").valueStream().toList())), name, depth);
    }
    if (known.has("enum")) {
      return pick(List.copyOf(known.get("enum").valueStream().toList())).toString();
    }
    JsonNode type = known.path("type");
    String kind =
        type.isArray()
            ? pick(type.valueStream().map(JsonNode::asString).toList())
            : type.asString("");
    return switch (kind) {
      case "object" -> object(known, depth);
      case "array" -> array(known, name, depth);
      case "integer", "number" -> number(known, name, kind);
      case "boolean" -> random.nextBoolean() ? "true" : "false";
      case "null" -> "null";
      default -> quoted(text(known, name));
    };
  }

  private String object(JsonNode schema, int depth) {
    Map<String, String> members = new LinkedHashMap<>();
    List<String> required = schema.path("required").valueStream().map(JsonNode::asString).toList();
    for (var property : schema.path("properties").properties()) {
      boolean wanted =
          required.contains(property.getKey()) ? !chance(2) : chance(depth > 3 ? 10 : 35);
      if (wanted) {
        members.put(
            quoted(property.getKey()), value(property.getValue(), property.getKey(), depth + 1));
      }
    }
    JsonNode more = schema.path("additionalProperties");
    if (more.isObject() || more.asBoolean(false)) {
      for (int i = random.nextInt(4); i > 0; i--) {
        String key =
            chance(10) ? pick(TEXTS) : pick(List.of("genre", "year", "title", "country", "device"));
        members.put(quoted(key), more.isObject() ? value(more, key, depth + 1) : quoted("x"));
      }
    } else if (chance(2)) {
      members.put(
          quoted(pick(List.of("unknown", "__proto__", "class", "@type", "", "x".repeat(200)))),
          "1");
    }
    StringBuilder text = new StringBuilder("{");
    members.forEach((key, value) ->
        text.append(text.length() > 1 ? "," : "").append(key).append(':').append(value));
    if (chance(1) && !members.isEmpty()) {
      var first = members.entrySet().iterator().next(); // a key that stands twice
      text.append(',').append(first.getKey()).append(':').append(first.getValue());
    }
    return text.append('}').toString();
  }

  private String array(JsonNode schema, String name, int depth) {
    int count = chance(1) ? 1200 : random.nextInt(depth > 3 ? 2 : 4);
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < count; i++) {
      text.append(i > 0 ? "," : "").append(value(schema.path("items"), name, depth + 1));
      if (text.length() > 200_000) {
        break;
      }
    }
    return text.append(']').toString();
  }

  private String number(JsonNode schema, String name, String kind) {
    double low = schema.path("minimum").asDouble(0);
    double high = schema.path("maximum").asDouble(100);
    if (chance(10)) {
      // A job of the largest dimension would be at work for minutes.
      boolean least = chance(50) || name.equals("dim");
      JsonNode edge = least ? schema.path("minimum") : schema.path("maximum");
      return edge.isMissingNode() ? "0" : edge.toString();
    }
    double value = Math.max(low, Math.min(high, random.nextInt(20)));
    if (kind.equals("number") && high <= 1) {
      value = low + random.nextDouble() * (high - low);
      return Double.toString(value);
    }
    return Long.toString((long) value);
  }

  private String text(JsonNode schema, String name) {
    if (schema.path("format").asString("").equals("date-time")) {
      return pick(
          List.of("2026-01-31T12:00:00Z", "2024-06-01T00:00:00+02:00", "2027-01-01T00:00:00Z"));
    }
    return switch (name) {
      case "id", "item_id", "history", "exclude_items", "items", "head", "tail" ->
          "i" + random.nextInt(30);
      case "user_id", "user_ids" -> "u" + random.nextInt(30);
      case "type", "types" -> pick(List.of("click", "purchase", "impression"));
      case "field" -> pick(List.of("genre", "year", "categories", "country"));
      case "popular_by" -> "country";
      case "metric" -> "ndcg@20";
      case "within", "max_age" -> pick(List.of("P30D", "PT12H", "P3650D"));
      case "name" -> pick(List.of("A", "B", "web shop"));
      default ->
          schema.path("example").isString() && chance(60)
              ? schema.get("example").asString()
              : "x" + random.nextInt(9);
    };
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c == '"' || c == '\\') {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream packed = new GZIPOutputStream(out)) {
      packed.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
