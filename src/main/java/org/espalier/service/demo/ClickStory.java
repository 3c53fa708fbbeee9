package org.espalier.service.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.espalier.service.console.TextTable;

/**
 * Three clicks of one user move a ranking: the user clicks what somebody of another taste would be recommended, and
 * what else that one would be recommended rises.
 *
 * @param user who clicks
 * @param clicked the three items
 * @param others what else the other one would be recommended
 * @param before the user's ranking before the clicks, best first
 * @param after the same after them
 */
record ClickStory(
    String user,
    List<String> clicked,
    List<String> others,
    List<String> before,
    List<String> after) {

  private static final int CLICKS = 3;
  private static final int LISTED = 1000;
  private static final int SHOWN = 10;

  /**
   * Lets it happen.
   *
   * @param owned the items that the user has already
   * @param strangers users of whom the one with the least common taste is taken
   */
  static ClickStory happen(Api api, String user, Set<String> owned, List<String> strangers)
      throws InterruptedException {
    Rankings rankings = new Rankings(api);
    List<String> before = rankings.newTo(user, LISTED);
    List<String> wanted = List.of();
    for (String stranger : strangers) {
      List<String> liked = new ArrayList<>(rankings.newTo(stranger, SHOWN));
      liked.removeAll(owned);
      if (liked.size() > CLICKS && meanRank(liked, before) > meanRank(wanted, before)) {
        wanted = liked;
      }
    }
    int clicks = Math.min(CLICKS, wanted.size());
    List<String> clicked = List.copyOf(wanted.subList(0, clicks));
    List<String> others = List.copyOf(wanted.subList(clicks, wanted.size()));
    api.post(
        "/v1/events", clicked.stream().map(item -> Feed.Interaction.click(user, item)).toList());
    return new ClickStory(user, clicked, others, before, rankings.newTo(user, LISTED));
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
            + "What else is liked by those who like these went from rank %.0f to rank %.0f on average.%n",
        user,
        clicked.stream().map(label).collect(Collectors.joining(", ")),
        placesChanged(),
        Math.min(SHOWN, before.size()),
        table,
        meanRank(others, before),
        meanRank(others, after));
  }

  /** What is not in the ranking counts as just behind it; 0 for no items. */
  private static double meanRank(List<String> items, List<String> ranking) {
    return items.stream()
        .mapToInt(item -> ranking.contains(item) ? ranking.indexOf(item) + 1 : ranking.size() + 1)
        .average()
        .orElse(0);
  }
}
