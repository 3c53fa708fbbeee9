package org.espalier.search.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Draws quality over the share of numbers that is kept as SVG, a line for each way to prune. */
final class LineChart {

  private static final int WIDTH = 720;
  private static final int HEIGHT = 420;
  private static final int LEFT = 60;
  private static final int RIGHT = 210; // for the legend
  private static final int TOP = 20;
  private static final int BOTTOM = 45;
  private static final List<String> COLOURS =
      List.of("#1b6ca8", "#c8553d", "#3a7d44", "#8a5a9e", "#b5882b", "#4d4d4d", "#d1478e");

  /**
   * One point of a line.
   *
   * @param line the name in the legend
   * @param keep the share that is kept, above 0
   * @param quality of which more is better
   * @param deviation half the length of the bar through the point
   */
  record Point(String line, double keep, double quality, double deviation) {}

  private final double keepMin;
  private final double keepMax;
  private final double qualityMin;
  private final double qualityMax;
  private final StringBuilder svg = new StringBuilder();

  private LineChart(List<Point> rows) {
    keepMin = rows.stream().mapToDouble(Point::keep).min().orElseThrow() / 1.2;
    keepMax = 1.2 * rows.stream().mapToDouble(Point::keep).max().orElseThrow();
    qualityMin =
        Math.floor(rows.stream().mapToDouble(Point::quality).min().orElseThrow() * 100) / 100;
    qualityMax =
        Math.ceil(rows.stream().mapToDouble(Point::quality).max().orElseThrow() * 100) / 100;
  }

  /** The chart of at least one row. */
  static String svg(List<Point> rows) {
    return new LineChart(rows).draw(rows);
  }

  private String draw(List<Point> rows) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            WIDTH,
            HEIGHT));
    drawAxes(rows);
    Map<String, List<Point>> lines = new LinkedHashMap<>();
    for (Point row : rows) {
      lines.computeIfAbsent(row.line(), _ -> new ArrayList<>()).add(row);
    }
    int number = 0;
    for (Map.Entry<String, List<Point>> line : lines.entrySet()) {
      drawLine(line.getKey(), line.getValue(), number++);
    }
    return svg.append("</svg>\n").toString();
  }

  private void drawAxes(List<Point> rows) {
    double floor = HEIGHT - BOTTOM;
    double end = WIDTH - RIGHT;
    for (double keep : rows.stream().mapToDouble(Point::keep).distinct().toArray()) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>%n",
              x(keep),
              floor + 18,
              keep));
    }
    for (int i = 0; i <= 4; i++) {
      double quality = qualityMin + (qualityMax - qualityMin) * i / 4;
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
              LEFT,
              end,
              y(quality),
              y(quality)));
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.4f</text>%n",
              LEFT - 6,
              y(quality) + 4,
              quality));
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">share of the numbers kept</text>%n",
            (LEFT + end) / 2,
            HEIGHT - 8));
  }

  private void drawLine(String name, List<Point> rows, int number) {
    String colour = COLOURS.get(number % COLOURS.size());
    StringBuilder points = new StringBuilder();
    for (Point row : rows) {
      double x = x(row.keep());
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y(row.quality())));
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>%n",
              x,
              y(row.quality()),
              colour));
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
              x,
              x,
              y(row.quality() - row.deviation()),
              y(row.quality() + row.deviation()),
              colour));
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>%n",
            points.toString().strip(),
            colour));
    int y = TOP + 16 * number;
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"%s\"/>%n",
            WIDTH - RIGHT + 12,
            y,
            colour));
    svg.append(
        String.format(
            Locale.ROOT, "<text x=\"%d\" y=\"%d\">%s</text>%n", WIDTH - RIGHT + 28, y + 10, name));
  }

  private double x(double keep) {
    return LEFT + (WIDTH - LEFT - RIGHT) * Math.log(keep / keepMin) / Math.log(keepMax / keepMin);
  }

  private double y(double quality) {
    return TOP
        + (HEIGHT - TOP - BOTTOM)
            * (qualityMax - quality)
            / Math.max(1e-9, qualityMax - qualityMin);
  }
}
