package org.espalier.learning.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.espalier.learning.SharedData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class DataFolderTest {

  @TempDir Path folder;

  @BeforeEach
  void a_small_folder() throws IOException {
    write("train.tsv", "timestamp\tuser\titem\tnote\trating\n20\ta\tx\t-\t5\n10\ta\ty\t-\t3\n");
    write("valid.tsv", "user\titem\nb\tx\n");
    write("test.tsv", "user\titem\nb\tz\n");
  }

  @Test
  void the_header_decides_the_columns() {
    DataFolder data = DataFolder.open(folder);
    assertThat(data.users().size()).isEqualTo(2);
    assertThat(data.items().size()).isEqualTo(3);
    Interactions train = data.train();
    assertThat(train.userCount()).isEqualTo(2);
    assertThat(data.items().token(train.item(0))).isEqualTo("y"); // the older one
    assertThat(train.value(0)).isEqualTo(3);
    assertThat(train.timeMs(0)).isEqualTo(10_000);
    assertThat(data.valid().hasTimes()).isFalse();
    assertThat(data.knowledgeGraph()).isEmpty();
    assertThat(data.userAttributes()).isEmpty();
  }

  @Test
  void times_may_be_milliseconds() throws IOException {
    write("train.tsv", "user\titem\ttimestamp\na\tx\t1700000000123\n");
    assertThat(DataFolder.open(folder).train().timeMs(0)).isEqualTo(1_700_000_000_123L);
  }

  @Test
  void a_linked_entity_is_its_item_and_a_namesake_is_not() throws IOException {
    write("link.tsv", "item\tentity\nx\te1\ny\te2\n");
    write("kg.tsv", "head\trelation\ttail\ne1\tby\tp\ne2\tby\tp\nz\tby\te1\n");
    DataFolder data = DataFolder.open(folder);
    KnowledgeGraph graph = data.knowledgeGraph().orElseThrow();
    assertThat(graph.itemCount()).isEqualTo(3);
    assertThat(graph.relations().token(0)).isEqualTo("interacts");
    assertThat(graph.relations().token(graph.relationIds()[0])).isEqualTo("by");
    assertThat(graph.heads()[0]).isEqualTo(data.items().find("x"));
    assertThat(graph.heads()[1]).isEqualTo(data.items().find("y"));
    assertThat(graph.tails()[0]).isEqualTo(graph.entities().find("p"));
    assertThat(graph.tails()[2]).isEqualTo(data.items().find("x"));
    assertThat(graph.entities().token(graph.heads()[2])).isEqualTo("entity:z");
    assertThat(data.items().size()).isEqualTo(3);
  }

  @Test
  void without_links_entities_and_items_share_their_tokens() throws IOException {
    write("kg.tsv", "head\trelation\ttail\nx\tby\tp\n");
    DataFolder data = DataFolder.open(folder);
    KnowledgeGraph graph = data.knowledgeGraph().orElseThrow();
    assertThat(graph.heads()).containsExactly(data.items().find("x"));
    assertThat(graph.tails()).containsExactly(3);
  }

  @Test
  void attributes_are_kept_by_id_and_may_name_new_items() throws IOException {
    write("items.tsv", "year\titem\ttitle\n1999\ty\t\n2001\tnew\tDune \"2\"\n");
    DataFolder data = DataFolder.open(folder);
    AttributeTable attributes = data.itemAttributes().orElseThrow();
    assertThat(attributes.columns()).containsExactly("year", "title");
    assertThat(attributes.rows().get(0).id()).isEqualTo(data.items().find("y"));
    assertThat(attributes.rows().get(0).values()).containsExactly("1999", "");
    assertThat(attributes.rows().get(1).values()).containsExactly("2001", "Dune \"2\"");
    assertThat(data.items().size()).isEqualTo(4);
    assertThat(data.train().itemCount()).isEqualTo(4);
  }

  @Test
  void what_is_missing_or_bad_is_named() throws IOException {
    Files.delete(folder.resolve("valid.tsv"));
    refuses("valid.tsv: no such file");
    write("valid.tsv", "");
    refuses("valid.tsv: is empty; expected a header line");
    write("valid.tsv", "user\titem\n");
    refuses("valid.tsv: has a header but no rows");
    write("valid.tsv", "user\tthing\nb\tx\n");
    refuses("valid.tsv:1: column 'item': is missing from the header, which has: user, thing");
    write("valid.tsv", "user\titem\nb\n");
    refuses("valid.tsv:2: column 'item': is missing: expected 2 columns, found 1");
    write("valid.tsv", "user\titem\nb\t\n");
    refuses("valid.tsv:2: column 'item': expected 1 to 512 bytes, found 0");
    write("valid.tsv", "user\titem\nb\t" + "x".repeat(513) + "\n");
    refuses("valid.tsv:2: column 'item': expected 1 to 512 bytes, found 513");
    write("valid.tsv", "user\titem\trating\nb\tx\tgood\n");
    refuses("valid.tsv:2: column 'rating': expected a number, found 'good'");
    assertThatThrownBy(() -> DataFolder.open(folder.resolve("none")))
        .isInstanceOf(DataException.class)
        .hasMessageEndingWith("none: no such folder");
  }

  @Test
  void an_entity_or_an_item_that_is_linked_twice_is_named() throws IOException {
    write("link.tsv", "item\tentity\nx\te1\ny\te1\n");
    refuses("link.tsv:3: column 'entity': is linked twice: 'e1'");
    write("link.tsv", "item\tentity\nx\te1\nx\te2\n");
    refuses("link.tsv:3: column 'item': is linked twice: 'x'");
    Files.delete(folder.resolve("link.tsv"));
    write("users.tsv", "user\tage\na\t1\na\t2\n");
    refuses("users.tsv:3: column 'user': stands twice: 'a'");
  }

  @Test
  void movielens_has_the_rows_that_its_readme_says() {
    DataFolder data = DataFolder.open(SharedData.folderOrSkip("ml-100k"));
    assertThat(data.users().size()).isEqualTo(943);
    assertThat(data.items().size()).isEqualTo(1682);
    assertThat(data.train().size()).isEqualTo(80_808);
    assertThat(data.valid().size()).isEqualTo(9_596);
    assertThat(data.test().size()).isEqualTo(9_596);
    KnowledgeGraph graph = data.knowledgeGraph().orElseThrow();
    assertThat(graph.tripleCount()).isEqualTo(91_631);
    assertThat(graph.relations().size()).isEqualTo(24 + 1);
    assertThat(graph.entities().size()).isEqualTo(34_628 + 1_682 - 1_500);
    assertThat(data.userAttributes().orElseThrow().rows()).hasSize(943);
  }

  private void refuses(String message) {
    assertThatThrownBy(() -> DataFolder.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageEndingWith(message);
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }
}
