package org.espalier.search.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.espalier.learning.metric.RetrievalMetric;

/** A search's report as one HTML page that needs nothing else: curve, models, sizes, seconds. */
public final class ReportPage {

  private static final String STYLE =
      """
      body { font: 15px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
      table { border-collapse: collapse; margin: 0.5rem 0 1.5rem }
      th, td { padding: 0.2rem 0.8rem; border-bottom: 1px solid #ddd; text-align: right }
      th:first-child, td:first-child { text-align: left }
      .bar { display: inline-block; height: 0.7rem; background: #1b6ca8 }
      """;
  private static final int BAR_PIXELS = 240;

  private final SearchReport report;
  private final StringBuilder html = new StringBuilder();

  private ReportPage(SearchReport report) {
    this.report = report;
  }

  /** The page. */
  public static String html(SearchReport report) {
    return new ReportPage(report).write();
  }

  private String write() {
    String title = "Search of sizes: %s at keep %s".formatted(report.method(), report.keep());
    html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
        .append(escaped(title))
        .append("</title><style>\n")
        .append(STYLE)
        .append("</style></head><body>\n");
    line("<h1>%s</h1>", escaped(title));
    line(
        "<p>%,d users, %,d items, %,d interactions up to sequence %,d; mf by %s at full size %d, seed %d.</p>",
        report.users(),
        report.items(),
        report.interactions(),
        report.lastSequence(),
        escaped(report.loss()),
        report.dim(),
        report.seed());
    line(
        "<p>Its rows learned the scores of %s in %.2f s.</p>",
        report.teacher().generation().isPresent()
            ? "generation %d, which was active and was read"
                .formatted(report.teacher().generation().getAsInt())
            : "a full-size model of the whole log, trained",
        report.teacher().seconds());
    line(
        "<p>The candidate stores %,d numbers of %,d allowed, in %d coordinates: %,d bytes with their index, where the full"
            + " size takes %,d.</p>",
        report.stored(),
        report.budget(),
        report.space(),
        report.embeddingBytes(),
        report.fullBytes());
    models();
    curve();
    sizes();
    seconds();
    return html.append("</body></html>\n").toString();
  }

  private void models() {
    line("<h2>On the latest slice</h2>");
    line("<p>Models that were trained without it, and read it once.</p><table><tr><th>model</th>");
    for (RetrievalMetric metric : RetrievalMetric.values()) {
      line("<th>%s</th>", metric.label());
    }
    line("</tr>");
    report
        .test()
        .forEach((model, metrics) -> {
          line(
              "<tr><td>%s</td>",
              escaped(model.equals(SearchReport.SEARCHED) ? report.method() : model));
          for (RetrievalMetric metric : RetrievalMetric.values()) {
            line("<td>%.4f</td>", metrics.getOrDefault(metric.label(), Double.NaN));
          }
          line("</tr>");
        });
    line("</table>");
  }

  private void curve() {
    List<LineChart.Point> points = new ArrayList<>();
    for (SearchReport.CurvePoint point : report.curve()) {
      if (Double.isFinite(point.validation())) {
        points.add(new LineChart.Point(point.method(), point.keep(), point.validation(), 0));
      }
    }
    points.sort(
        Comparator.comparing(LineChart.Point::line).thenComparingDouble(LineChart.Point::keep));
    line("<h2>Quality and memory</h2><p>NDCG@20 on the slice before the latest.</p>");
    if (!points.isEmpty()) {
      html.append(LineChart.svg(points));
    }
    line(
        "<table><tr><th>method</th><th>keep</th><th>numbers</th><th>bytes</th><th>NDCG@20</th></tr>");
    for (SearchReport.CurvePoint point : report.curve()) {
      line(
          "<tr><td>%s</td><td>%s</td><td>%,d</td><td>%,d</td><td>%.4f</td></tr>",
          escaped(point.method()),
          point.keep(),
          point.numbers(),
          point.bytes(),
          point.validation());
    }
    line("</table>");
  }

  private void sizes() {
    Map<Integer, Integer> users = report.sizes().users();
    Map<Integer, Integer> items = report.sizes().items();
    line(
        "<h2>Sizes</h2><table><tr><th>size</th><th>users</th><th></th><th>items</th><th></th></tr>");
    TreeSet<Integer> all = new TreeSet<>(users.keySet());
    all.addAll(items.keySet());
    for (int size : all) {
      int ofUsers = users.getOrDefault(size, 0);
      int ofItems = items.getOrDefault(size, 0);
      line(
          "<tr><td>%d</td><td>%,d</td><td>%s</td><td>%,d</td><td>%s</td></tr>",
          size, ofUsers, bar(ofUsers, report.users()), ofItems, bar(ofItems, report.items()));
    }
    line("</table>");
    line("<p>Mean size by tenth of popularity, the rarest first.</p>");
    line("<table><tr><th>tenth</th><th>users</th><th></th><th>items</th><th></th></tr>");
    for (int d = 0; d < report.sizes().userDeciles().size(); d++) {
      double ofUsers = report.sizes().userDeciles().get(d);
      double ofItems = report.sizes().itemDeciles().get(d);
      line(
          "<tr><td>%d</td><td>%.1f</td><td>%s</td><td>%.1f</td><td>%s</td></tr>",
          d + 1, ofUsers, bar(ofUsers, report.space()), ofItems, bar(ofItems, report.space()));
    }
    line("</table>");
  }

  private void seconds() {
    line("<h2>Seconds</h2><table><tr><th>phase</th><th>seconds</th></tr>");
    report
        .phaseSeconds()
        .forEach((phase, took) ->
            line("<tr><td>%s</td><td>%.2f</td></tr>", escaped(phase.task()), took));
    line("</table>");
  }

  private static String bar(double value, double most) {
    int pixels = most <= 0 ? 0 : (int) Math.round(BAR_PIXELS * value / most);
    return "<span class=\"bar\" style=\"width:%dpx\"></span>".formatted(pixels);
  }

  @SuppressWarnings(
      "AnnotateFormatMethod") // the annotation would be the module's only use of its library
  private void line(String format, Object... values) {
    html.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
