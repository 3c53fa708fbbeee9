package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.espalier.embeddings.store.GenerationTesting.contents;
import static org.espalier.embeddings.store.GenerationTesting.draft;
import static org.espalier.embeddings.store.GenerationTesting.table;
import static org.espalier.embeddings.store.StoreTesting.UNSYNCED;
import static org.espalier.embeddings.store.StoreTesting.event;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.espalier.embeddings.store.GenerationTesting.Contents;
import org.espalier.embeddings.table.MultiSizeTable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random work on generations and on plain maps, with the store reopened in between. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class GenerationsModelTest {

  private static final int USERS = 60;

  private final TreeMap<Integer, Map<String, Contents>> expected = new TreeMap<>();
  private OptionalInt active = OptionalInt.empty();
  private int lastNumber;

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2})
  void generations_agree_with_plain_maps(long seed, @TempDir Path directory) {
    Random random = new Random(seed);
    int liveBefore = StoreLeaks.live();
    Store store = Store.open(directory, UNSYNCED);
    store.append(IntStream.range(0, USERS).mapToObj(i -> event(null, "u" + i, "i", i)).toList());
    for (int step = 0; step < 50; step++) {
      Generations generations = store.generations();
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> write(store, random);
        case 3 -> abandon(generations, random);
        case 4, 5 -> activate(generations, random);
        case 6 -> delete(generations, random);
        case 7 -> assertThat(generations.collectGarbage().generations()).isEmpty();
        case 8, 9 -> eraseUser(store, random);
        case 10 -> compare(generations);
        default -> {
          store.close();
          store = Store.open(directory, UNSYNCED);
          compare(store.generations());
        }
      }
    }
    compare(store.generations());
    assertThat(store.verify().problems()).isEmpty();
    store.close();
    assertThat(StoreLeaks.live()).isEqualTo(liveBefore);
  }

  private void write(Store store, Random random) {
    Map<String, Contents> tables = new HashMap<>();
    try (GenerationWriter writer = store.generations().begin()) {
      assertThat(writer.number()).isEqualTo(++lastNumber);
      for (String name : List.of("user", "item", "user-side")) {
        String field = name.equals("item") ? "entity" : "user";
        MultiSizeTable table = table(name, field, USERS, random);
        writer.table(table);
        Contents contents = contents(table);
        if (field.equals("user")) {
          contents.rows().keySet().removeIf(user -> store.dictionary().isErased(Field.USER, user));
        }
        tables.put(name, contents);
      }
      writer.commit(draft("mf", lastNumber));
    }
    expected.put(lastNumber, tables);
  }

  private void abandon(Generations generations, Random random) {
    lastNumber++;
    try (GenerationWriter writer = generations.begin()) {
      writer.table(table("item", "entity", 20, random));
    }
  }

  private void activate(Generations generations, Random random) {
    int number = 1 + random.nextInt(lastNumber + 1);
    OptionalInt current = random.nextInt(3) == 0 ? OptionalInt.of(number) : active;
    if (current.equals(active) && expected.containsKey(number)) {
      generations.activate(number, current);
      active = OptionalInt.of(number);
    } else {
      assertThatThrownBy(() -> generations.activate(number, current))
          .isInstanceOf(StoreException.class);
    }
  }

  private void delete(Generations generations, Random random) {
    int number = 1 + random.nextInt(lastNumber + 1);
    if (expected.containsKey(number) && !active.equals(OptionalInt.of(number))) {
      generations.delete(number);
      expected.remove(number);
    } else {
      assertThatThrownBy(() -> generations.delete(number)).isInstanceOf(StoreException.class);
    }
  }

  private void eraseUser(Store store, Random random) {
    int user = random.nextInt(USERS);
    if (!store.dictionary().isErased(Field.USER, user)) {
      store.deleteUser("u" + user);
      for (Map<String, Contents> tables : expected.values()) {
        tables.forEach((name, contents) -> {
          if (!name.equals("item")) {
            contents.rows().remove(user);
          }
        });
      }
    }
  }

  private void compare(Generations generations) {
    assertThat(generations.active()).isEqualTo(active);
    assertThat(generations.list())
        .extracting(Manifest::number)
        .containsExactlyElementsOf(expected.keySet());
    expected.forEach((number, tables) ->
        tables.forEach((name, contents) ->
            assertThat(contents(generations, number, name)).isEqualTo(contents)));
  }
}
