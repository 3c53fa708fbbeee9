package org.espalier.service.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.espalier.service.console.TextTable;

/**
 * Three clicks of one user move a ranking: the user clicks an item that was ranked low and its two nearest neighbours,
 * and the further neighbours rise.
 *
 * @param user who clicks
 * @param clicked the three items
 * @param neighbours of the first of them, without the other two
 * @param before the user's ranking before the clicks, best first
 * @param after the same after them
 */
record ClickStory(
    String user,
    List<String> clicked,
    List<String> neighbours,
    List<String> before,
    List<String> after) {

  private static final int CLICKS = 3;
  private static final int NEIGHBOURS = 10;
  private static final int LISTED = 200;
  private static final int SHOWN = 10;

  /** Lets it happen. */
  static ClickStory happen(Api api, String user) throws InterruptedException {
    Rankings rankings = new Rankings(api);
    List<String> before = rankings.newTo(user, LISTED);
    String first = before.getLast();
    List<String> similar = new ArrayList<>(rankings.similar(first, NEIGHBOURS + CLICKS));
    similar.remove(first);
    List<String> clicked = new ArrayList<>(List.of(first));
    clicked.addAll(similar.subList(0, Math.min(CLICKS - 1, similar.size())));
    List<String> neighbours = similar.subList(clicked.size() - 1, similar.size());
    api.post(
        "/v1/events", clicked.stream().map(item -> Feed.Interaction.click(user, item)).toList());
    List<String> after = rankings.newTo(user, LISTED);
    return new ClickStory(user, clicked, List.copyOf(neighbours), before, after);
  }

  /** How many of the first places have another item than before. */
  int placesChanged() {
    int changed = 0;
    for (int rank = 0; rank < Math.min(SHOWN, before.size()); rank++) {
      changed += rank < after.size() && before.get(rank).equals(after.get(rank)) ? 0 : 1;
    }
    return changed;
  }

  /**
   * Both rankings side by side, and what became of the neighbours.
   *
   * @param label what people call an item
   */
  String text(UnaryOperator<String> label) {
    TextTable table = new TextTable("rank", "before", "after");
    for (int rank = 0; rank < Math.min(SHOWN, before.size()); rank++) {
      String is = after.get(rank);
      String risen = before.indexOf(is) > rank || !before.contains(is) ? "  ^" : "";
      table.row(Integer.toString(rank + 1), label.apply(before.get(rank)), label.apply(is) + risen);
    }
    return String.format(
        Locale.ROOT,
        "%s clicks %s; %d of the first %d places change:%n%n%s%n"
            + "The %d items most like them went from rank %.0f to rank %.0f on average.%n",
        user,
        clicked.stream().map(label).collect(Collectors.joining(", ")),
        placesChanged(),
        Math.min(SHOWN, before.size()),
        table,
        neighbours.size(),
        meanRank(before),
        meanRank(after));
  }

  /** What is not in the list counts as just behind it. */
  private double meanRank(List<String> ranking) {
    return neighbours.stream()
        .mapToInt(item -> ranking.contains(item) ? ranking.indexOf(item) + 1 : ranking.size() + 1)
        .average()
        .orElse(Double.NaN);
  }
}
