package org.espalier.service.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.espalier.service.console.TextTable;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Answers of the admin routes as text. */
final class AdminShow {

  private AdminShow() {}

  static String jobs(JsonNode page) {
    TextTable table = new TextTable("job", "kind", "status", "done", "created", "note");
    for (JsonNode job : page.get("items")) {
      table.row(
          text(job.get("job_id")),
          text(job.get("kind")),
          text(job.get("status")),
          percent(job.get("progress")),
          text(job.get("created_at")),
          remark(job));
    }
    return table.toString();
  }

  private static String remark(JsonNode job) {
    if (job.get("error").isString()) {
      return text(job.get("error"));
    }
    return job.get("phase").isString() ? text(job.get("phase")) : "";
  }

  static String job(JsonNode job) {
    StringBuilder lines = new StringBuilder();
    lines.append(
        "Job %s (%s) %s%s%n"
            .formatted(
                text(job.get("job_id")),
                text(job.get("kind")),
                verb(text(job.get("status"))),
                job.get("error").isString() ? ": " + text(job.get("error")) : ""));
    if (job.get("finished_at").isNull()) {
      lines.append("  %s done, %s%n".formatted(percent(job.get("progress")), remark(job)));
    }
    lines.append("  asked for  %s%n".formatted(job.get("request")));
    if (!job.get("result").isNull()) {
      lines.append("  result     %s%n".formatted(job.get("result")));
    }
    return lines.toString();
  }

  private static String verb(String status) {
    return switch (status) {
      case "queued" -> "waits";
      case "running" -> "runs";
      case "cancelled" -> "was cancelled";
      default -> status;
    };
  }

  static String generations(JsonNode page) {
    TextTable table =
        new TextTable("generation", "state", "model", "dim", "MB", "ndcg@20", "created");
    for (JsonNode generation : page.get("items")) {
      table.row(
          text(generation.get("generation")),
          state(generation),
          text(generation.get("model")),
          text(generation.get("dim")),
          megabytes(generation.get("bytes")),
          figure(generation.get("metrics").get("ndcg@20")),
          text(generation.get("created_at")));
    }
    return table.toString();
  }

  private static String state(JsonNode generation) {
    String state = generation.get("active").asBoolean() ? "active" : "";
    if (!generation.get("pinned").asBoolean()) {
      return state;
    }
    return state.isEmpty() ? "pinned" : state + ", pinned";
  }

  static String generation(JsonNode generation) {
    StringBuilder lines = new StringBuilder();
    String state = state(generation);
    lines.append(
        "Generation %s (%s, dim %s)%s, %s MB, trained up to event %s%n"
            .formatted(
                text(generation.get("generation")),
                text(generation.get("model")),
                text(generation.get("dim")),
                state.isEmpty() ? "" : " is " + state,
                megabytes(generation.get("bytes")),
                text(generation.get("origin").get("to_sequence"))));
    TextTable tables = new TextTable("table", "rows", "values", "MB", "sizes");
    for (JsonNode table : generation.get("tables")) {
      tables.row(
          text(table.get("name")),
          text(table.get("rows")),
          text(table.get("values")),
          megabytes(table.get("bytes")),
          table
              .get("sizes")
              .valueStream()
              .map(size -> text(size.get("size")))
              .collect(Collectors.joining(" ")));
    }
    lines.append(tables);
    if (!generation.get("metrics").isEmpty()) {
      TextTable metrics = new TextTable("metric", "value");
      generation
          .get("metrics")
          .properties()
          .forEach(metric -> metrics.row(metric.getKey(), figure(metric.getValue())));
      lines.append(metrics);
    }
    return lines.toString();
  }

  static String comparison(JsonNode comparison) {
    JsonNode a = comparison.get("a");
    JsonNode b = comparison.get("b");
    TextTable table =
        new TextTable(
            "",
            "generation " + text(a.get("generation")),
            "generation " + text(b.get("generation")),
            "change");
    table.row("MB", megabytes(a.get("bytes")), megabytes(b.get("bytes")), "");
    comparison
        .get("metrics")
        .properties()
        .forEach(metric ->
            table.row(
                metric.getKey(),
                figure(metric.getValue().get("a")),
                figure(metric.getValue().get("b")),
                figure(metric.getValue().get("change"))));
    JsonNode rankings = comparison.get("rankings");
    if (rankings.isNull()) {
      return table.toString();
    }
    return table
        + String.format(
            Locale.ROOT,
            "Of the top %s of %s users %.1f%% are the same; %.1f%% have the same first item.%n",
            text(rankings.get("k")),
            text(rankings.get("users")),
            rankings.get("overlap").asDouble() * 100,
            rankings.get("same_first").asDouble() * 100)
        + movers("enter", rankings.get("enters"))
        + movers("leave", rankings.get("leaves"));
  }

  private static String movers(String how, JsonNode items) {
    if (items.isEmpty()) {
      return "";
    }
    return items
        .valueStream()
        .limit(5)
        .map(item ->
            "%s (%s to %s)"
                .formatted(
                    text(item.get("item_id")), text(item.get("in_a")), text(item.get("in_b"))))
        .collect(Collectors.joining(", ", "Items that " + how + " most: ", "\n"));
  }

  static String backups(JsonNode list) {
    TextTable table = new TextTable("backup", "MB", "created", "database");
    for (JsonNode backup : list.get("items")) {
      table.row(
          text(backup.get("number")),
          megabytes(backup.get("bytes")),
          text(backup.get("created_at")),
          backup.get("has_database").asBoolean() ? "yes" : "no");
    }
    return table.toString();
  }

  static String keys(JsonNode list) {
    TextTable table =
        new TextTable("key", "name", "scopes", "status", "requests/s", "created", "expires");
    for (JsonNode key : list.get("items")) {
      table.row(
          text(key.get("key_id")),
          text(key.get("name")),
          scopes(key),
          text(key.get("status")),
          key.get("requests_per_s").isNull() ? "" : text(key.get("requests_per_s")),
          text(key.get("created_at")),
          key.get("expires_at").isNull() ? "never" : text(key.get("expires_at")));
    }
    return table.toString();
  }

  /** The key stands alone on its line, so that it is easy to copy. */
  static String keyCreated(JsonNode key) {
    return "Key %s (%s) may %s%s. It is shown this once:%n%n%s%n"
        .formatted(
            text(key.get("key_id")),
            text(key.get("name")),
            scopes(key),
            key.get("expires_at").isNull() ? "" : " until " + text(key.get("expires_at")),
            text(key.get("key")));
  }

  static String keyRevoked(JsonNode key) {
    return "Key %s (%s) is revoked.%n".formatted(text(key.get("key_id")), text(key.get("name")));
  }

  private static String scopes(JsonNode key) {
    List<String> names = new ArrayList<>();
    key.get("scopes").forEach(scope -> names.add(text(scope)));
    return String.join(",", names);
  }

  static String audit(JsonNode page) {
    TextTable table = new TextTable("at", "caller", "operation", "target", "outcome", "detail");
    for (JsonNode entry : page.get("items")) {
      table.row(
          text(entry.get("at")),
          text(entry.get("caller")),
          text(entry.get("operation")),
          text(entry.get("target")),
          text(entry.get("outcome")),
          text(entry.get("detail")));
    }
    return table.toString();
  }

  static String stats(JsonNode stats) {
    TextTable table = new TextTable("what", "value");
    stats.properties().forEach(figure -> table.row(figure.getKey(), text(figure.getValue())));
    return table.toString();
  }

  private static String text(JsonNode value) {
    return value.isValueNode() ? value.asString("") : value.toString();
  }

  private static String percent(JsonNode share) {
    return String.format(Locale.ROOT, "%.0f%%", share.asDouble() * 100);
  }

  private static String megabytes(JsonNode bytes) {
    return String.format(Locale.ROOT, "%.2f", bytes.asDouble() / 1e6);
  }

  private static String figure(@Nullable JsonNode value) {
    return value == null || !value.isNumber()
        ? ""
        : String.format(Locale.ROOT, "%.4f", value.asDouble());
  }
}
