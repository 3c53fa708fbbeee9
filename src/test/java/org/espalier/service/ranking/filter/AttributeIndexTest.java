package org.espalier.service.ranking.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.service.ranking.filter.AttributeValue.Numeric;
import org.espalier.service.ranking.filter.AttributeValue.Text;
import org.espalier.service.ranking.filter.AttributeValue.Truth;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AttributeIndexTest {

  private static final List<String> FIELDS = List.of("categories", "genre", "year", "new", "mixed");

  @ParameterizedTest(name = "ids={0} seed={1}")
  @CsvSource({"1,1", "10,2", "200,3", "200,4", "3000,5", "70000,6"})
  void whatever_changes_filters_find_what_a_look_at_each_record_finds(int ids, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    AttributeIndex index = new AttributeIndex();
    Map<Integer, Map<String, Set<AttributeValue>>> oracle = new HashMap<>();
    for (int round = 0; round < 6; round++) {
      for (int change = 0; change < ids; change++) {
        int id = random.nextInt(ids);
        if (random.nextInt(5) == 0) {
          index.remove(id);
          oracle.remove(id);
        } else {
          Map<String, Object> fields = fields(random);
          List<String> categories = categories(random);
          index.put(record(id, fields, categories));
          oracle.put(id, values(fields, categories));
        }
      }
      Set<String> names =
          oracle.values().stream().flatMap(of -> of.keySet().stream()).collect(Collectors.toSet());
      assertThat(index.fields(100)).containsExactlyInAnyOrderElementsOf(names).isSorted();
      for (int q = 0; q < (ids > 10_000 ? 3 : 30); q++) {
        Condition condition = condition(random, 3);
        Matches found = index.find(condition);
        for (int id = 0; id < ids + 2; id++) {
          boolean wanted = holds(condition, oracle.getOrDefault(id, Map.of()));
          assertThat(found.contains(id)).as("id %d, %s", id, condition).isEqualTo(wanted);
        }
        assertThat((found.allowed() == null) != (found.denied() == null)).isTrue();
      }
    }
    for (int id = 0; id < ids; id++) {
      index.remove(id);
    }
    assertThat(index.fields(1)).isEmpty();
  }

  @Test
  void a_value_that_came_and_went_leaves_no_trace_and_its_code_is_given_again() {
    AttributeIndex index = new AttributeIndex();
    index.put(record(0, Map.of("at", 0), List.of()));
    for (int i = 1; i < 100; i++) {
      index.put(record(0, Map.of("at", i), List.of()));
    }
    long before = index.bytes();
    for (int i = 100; i < 20_000; i++) {
      index.put(record(0, Map.of("at", i), List.of()));
    }
    assertThat(index.bytes()).isEqualTo(before);
    assertThat(index.find(new Condition.Between("at", 0, 19_998)).ids().isEmpty()).isTrue();
    assertThat(index.find(new Condition.Between("at", 19_999, 19_999)).contains(0)).isTrue();
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void likeness_is_by_the_rarest_attributes_that_enough_share(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    AttributeIndex index = new AttributeIndex();
    for (int id = 0; id < 500; id++) {
      Map<String, Object> fields =
          Map.of(
              "name",
              "n" + id,
              "age",
              id % 50,
              "country",
              random.nextInt(10) == 0 ? "rare" : "common");
      index.put(record(id, fields, List.of()));
    }
    for (int id = 0; id < 500; id++) {
      int[] alike = index.alike(id, 5).toArray();
      assertThat(alike).hasSizeGreaterThanOrEqualTo(5).doesNotContain(id);
      assertThat(alike)
          .containsOnly(Arrays.stream(alike).filter(a -> (a - alike[0]) % 50 == 0).toArray());
      assertThat((alike[0] - id) % 50).isZero();
    }
    assertThat(index.alike(1_000_000, 5).isEmpty()).isTrue();
  }

  @Test
  void codes_tell_which_items_share_a_value() {
    AttributeIndex index = new AttributeIndex();
    index.put(record(3, Map.of("genre", List.of("sf", "war")), List.of("book")));
    index.put(record(4, Map.of("genre", "sf"), List.of("book")));
    index.put(record(5, Map.of("year", 1965), List.of()));
    int[][] codes = index.codes("genre", new int[] {3, 4, 5, 99});
    assertThat(codes[0]).hasSize(2).contains(codes[1]);
    assertThat(codes[1]).hasSize(1);
    assertThat(codes[2]).isEmpty();
    assertThat(codes[3]).isEmpty();
    assertThat(index.codes("categories", new int[] {3})[0])
        .isEqualTo(index.codes("categories", new int[] {4})[0]);
    assertThat(index.codes("nothing", new int[] {3})[0]).isEmpty();
    assertThat(index.sharing("genre", 4).toArray()).containsExactly(3, 4);
  }

  @Test
  void nobody_sees_half_of_a_record_while_it_changes() throws Exception {
    AttributeIndex index = new AttributeIndex();
    index.put(record(7, Map.of("a", "x", "b", "x"), List.of()));
    Condition.In a = new Condition.In("a", Set.of(new Text("x")));
    Condition.In b = new Condition.In("b", Set.of(new Text("x")));
    Condition whole =
        new Condition.Any(
            List.of(
                new Condition.All(List.of(a, b)),
                new Condition.Not(new Condition.Any(List.of(a, b)))));
    AtomicBoolean done = new AtomicBoolean();
    try (var threads = Executors.newFixedThreadPool(2)) {
      Future<Integer> reader =
          threads.submit(() -> {
            int asked = 0;
            for (; !done.get() || asked == 0; asked++) {
              assertThat(index.find(whole).contains(7)).isTrue();
            }
            return asked;
          });
      for (int i = 0; i < 20_000; i++) {
        String value = i % 2 == 0 ? "y" : "x";
        index.put(record(7, Map.of("a", value, "b", value), List.of()));
      }
      done.set(true);
      assertThat(reader.get()).isPositive();
    }
  }

  /** The statement of docs/ranking.md on what the index takes. */
  @Test
  void a_typical_item_takes_about_a_hundred_bytes() {
    SplittableRandom random = new SplittableRandom(1);
    AttributeIndex index = new AttributeIndex();
    int items = 100_000;
    for (int id = 0; id < items; id++) {
      Map<String, Object> fields =
          Map.of(
              "title", "title " + id,
              "genre", List.of("g" + random.nextInt(20), "g" + random.nextInt(20)),
              "year", 1950 + random.nextInt(70),
              "price", random.nextInt(10_000) / 100.0,
              "brand", "b" + random.nextInt(2000));
      index.put(record(id, fields, List.of("c" + random.nextInt(50))));
    }
    assertThat(index.bytes() / items).isBetween(50L, 150L);
  }

  private static Condition condition(SplittableRandom random, int depth) {
    int kind = random.nextInt(depth == 0 ? 3 : 6);
    String field = random.nextInt(20) == 0 ? "nowhere" : FIELDS.get(random.nextInt(FIELDS.size()));
    return switch (kind) {
      case 0 ->
          new Condition.In(
              field,
              Stream.generate(() -> value(random))
                  .limit(random.nextInt(4))
                  .collect(Collectors.toSet()));
      case 1 -> {
        double low = random.nextInt(-3, 15);
        yield new Condition.Between(field, low, low + random.nextInt(-1, 12));
      }
      case 2 -> new Condition.Exists(field);
      case 3 -> new Condition.Not(condition(random, depth - 1));
      case 4 -> new Condition.All(parts(random, depth));
      default -> new Condition.Any(parts(random, depth));
    };
  }

  private static List<Condition> parts(SplittableRandom random, int depth) {
    return Stream.generate(() -> condition(random, depth - 1)).limit(random.nextInt(4)).toList();
  }

  private static boolean holds(Condition condition, Map<String, Set<AttributeValue>> values) {
    return switch (condition) {
      case Condition.All all -> all.parts().stream().allMatch(part -> holds(part, values));
      case Condition.Any any -> any.parts().stream().anyMatch(part -> holds(part, values));
      case Condition.Not not -> !holds(not.part(), values);
      case Condition.In in ->
          values.getOrDefault(in.field(), Set.of()).stream().anyMatch(in.values()::contains);
      case Condition.Between between ->
          values.getOrDefault(between.field(), Set.of()).stream()
              .anyMatch(value ->
                  value instanceof Numeric number
                      && number.value() >= between.low()
                      && number.value() <= between.high());
      case Condition.Exists exists -> values.containsKey(exists.field());
    };
  }

  private static Map<String, Object> fields(SplittableRandom random) {
    Map<String, Object> fields = new TreeMap<>();
    if (random.nextInt(4) > 0) {
      fields.put(
          "genre",
          IntStream.range(0, random.nextInt(4)).mapToObj(i -> "v" + random.nextInt(8)).toList());
    }
    if (random.nextBoolean()) {
      fields.put("year", random.nextInt(12));
    }
    if (random.nextInt(3) == 0) {
      fields.put("new", random.nextBoolean());
    }
    fields.put("mixed", plain(value(random)));
    if (random.nextInt(10) == 0) {
      fields.put("categories", "not seen");
    }
    return fields;
  }

  private static List<String> categories(SplittableRandom random) {
    return IntStream.range(0, random.nextInt(3)).mapToObj(i -> "v" + random.nextInt(8)).toList();
  }

  private static AttributeValue value(SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> new Numeric(random.nextInt(12));
      case 1 -> new Truth(random.nextBoolean());
      default -> new Text(random.nextBoolean() ? "v" + random.nextInt(8) : "" + random.nextInt(12));
    };
  }

  private static Object plain(AttributeValue value) {
    return switch (value) {
      case Text text -> text.value();
      case Numeric number -> number.value();
      case Truth truth -> truth.value();
    };
  }

  private static Map<String, Set<AttributeValue>> values(
      Map<String, Object> fields, List<String> categories) {
    Map<String, Set<AttributeValue>> values = new HashMap<>();
    fields.forEach((name, value) -> {
      List<?> each = value instanceof List<?> list ? list : List.of(value);
      Set<AttributeValue> of = new HashSet<>();
      each.forEach(one ->
          of.add(
              switch (one) {
                case Boolean truth -> new Truth(truth);
                case java.lang.Number number -> new Numeric(number.doubleValue());
                default -> new Text(one.toString());
              }));
      if (!of.isEmpty() && !name.equals("categories")) {
        values.put(name, of);
      }
    });
    if (!categories.isEmpty()) {
      values.put("categories", new HashSet<>(categories.stream().map(Text::new).toList()));
    }
    return values;
  }

  private static CatalogueRecord record(
      int id, Map<String, Object> fields, List<String> categories) {
    List<String> members = new ArrayList<>();
    fields.forEach((name, value) -> members.add("\"" + name + "\":" + json(value)));
    String json = "{" + String.join(",", members) + "}";
    return new CatalogueRecord(id, 1, 0, false, false, categories, json);
  }

  private static String json(Object value) {
    return switch (value) {
      case String text -> "\"" + text + "\"";
      case List<?> list ->
          list.stream().map(one -> json(one)).collect(Collectors.joining(",", "[", "]"));
      default -> value.toString();
    };
  }
}
