package org.espalier.service.demo;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.espalier.learning.data.AttributeTable;
import org.espalier.learning.data.DataFolder;
import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.KnowledgeGraph;
import org.espalier.learning.data.Vocabulary;

/** A data folder: its training slice, attributes and triples are sent, its test slice is kept back. */
public final class FolderDemoWorld implements DemoWorld {

  private final DataFolder folder;
  private final Map<String, String> titles = new HashMap<>();

  public FolderDemoWorld(DataFolder folder) {
    this.folder = folder;
    folder.itemAttributes().ifPresent(this::collectTitles);
  }

  @Override
  public String description() {
    return String.format(
        Locale.ROOT,
        "a data folder of %,d users, %,d items and %,d interactions, another %,d kept back",
        folder.users().size(),
        folder.items().size(),
        folder.train().size(),
        folder.test().size());
  }

  @Override
  public List<Feed> feeds() {
    return Stream.of(
            folder
                .itemAttributes()
                .map(rows -> Feed.items(rows.rows().size(), described(rows, folder.items()))),
            folder
                .userAttributes()
                .map(rows -> Feed.users(rows.rows().size(), described(rows, folder.users()))),
            folder
                .knowledgeGraph()
                .map(graph -> Feed.triples(graph.tripleCount(), () -> triples(graph))),
            Optional.of(Feed.events(folder.train().size(), this::events)))
        .flatMap(Optional::stream)
        .toList();
  }

  @Override
  public HeldOut heldOut() {
    return new HeldOut(
        folder.users(), folder.items(), folder.train(), folder.valid(), folder.test());
  }

  @Override
  public Optional<String> title(String itemId) {
    return Optional.ofNullable(titles.get(itemId));
  }

  private void collectTitles(AttributeTable table) {
    IntStream.range(0, table.columns().size())
        .filter(c -> table.columns().get(c).matches("(.*_)?(title|name)"))
        .findFirst()
        .ifPresent(c ->
            table
                .rows()
                .forEach(row -> titles.put(folder.items().token(row.id()), row.values().get(c))));
  }

  private static Supplier<Iterator<?>> described(AttributeTable table, Vocabulary tokens) {
    return () -> table.rows().stream().map(row -> described(table, row, tokens)).iterator();
  }

  private static Feed.Described described(
      AttributeTable table, AttributeTable.Row row, Vocabulary tokens) {
    Map<String, Object> fields = new TreeMap<>();
    for (int c = 0; c < table.columns().size(); c++) {
      String text = row.values().get(c);
      if (!text.isEmpty()) {
        fields.put(table.columns().get(c), text.contains("|") ? List.of(text.split("\\|")) : text);
      }
    }
    return new Feed.Described(tokens.token(row.id()), fields);
  }

  private static Iterator<?> triples(KnowledgeGraph graph) {
    Vocabulary entities = graph.entities();
    return IntStream.range(0, graph.tripleCount())
        .mapToObj(i ->
            new Feed.Triple(
                entities.token(graph.heads()[i]),
                graph.relations().token(graph.relationIds()[i]),
                entities.token(graph.tails()[i])))
        .iterator();
  }

  private Iterator<?> events() {
    Interactions train = folder.train();
    return IntStream.range(0, train.userCount())
        .boxed()
        .flatMap(user ->
            IntStream.range(train.begin(user), train.end(user)).mapToObj(at -> event(user, at)))
        .iterator();
  }

  private Feed.Interaction event(int user, int at) {
    Interactions train = folder.train();
    return new Feed.Interaction(
        "train-" + at,
        train.hasValues() ? Feed.Interaction.RATING : Feed.Interaction.PLAIN,
        folder.users().token(user),
        folder.items().token(train.item(at)),
        train.hasValues() ? train.value(at) : null,
        null,
        null,
        train.hasTimes() ? train.timeMs(at) : null);
  }
}
