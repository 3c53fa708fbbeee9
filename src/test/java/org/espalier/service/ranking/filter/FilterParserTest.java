package org.espalier.service.ranking.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(ReplaceUnderscores.class)
class FilterParserTest {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final AttributeIndex index = new AttributeIndex();
  private final FilterParser parser = new FilterParser(new FilterProperties(3, 6, 5), index);

  FilterParserTest() {
    put(1, "{\"genre\":[\"sf\"],\"year\":1965,\"new\":false}", "book");
    put(2, "{\"genre\":[\"war\",\"sf\"],\"year\":1985.5}");
    put(3, "{\"genre\":\"war\",\"new\":true,\"price\":-1}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|1 2 3 9",
        "{\"field\":\"genre\",\"in\":[\"sf\"]}|1 2",
        "{\"field\":\"genre\",\"in\":[]}|",
        "{\"field\":\"genre\",\"eq\":\"war\"}|2 3",
        "{\"field\":\"year\",\"eq\":1965}|1",
        "{\"field\":\"year\",\"eq\":1965.0}|1",
        "{\"field\":\"year\",\"eq\":\"1965\"}|",
        "{\"field\":\"new\",\"in\":[true,\"true\"]}|3",
        "{\"field\":\"categories\",\"eq\":\"book\"}|1",
        "{\"field\":\"year\",\"range\":{\"gte\":1965}}|1 2",
        "{\"field\":\"year\",\"range\":{\"gt\":1965}}|2",
        "{\"field\":\"year\",\"range\":{\"lt\":1985.5}}|1",
        "{\"field\":\"year\",\"range\":{\"lte\":1985.5,\"gt\":1965}}|2",
        "{\"field\":\"year\",\"range\":{\"gt\":3000,\"lt\":2000}}|",
        "{\"field\":\"genre\",\"range\":{\"gte\":0}}|",
        "{\"field\":\"new\",\"exists\":true}|1 3",
        "{\"field\":\"new\",\"exists\":false}|2 9",
        "{\"all\":[]}|1 2 3 9",
        "{\"any\":[]}|",
        "{\"none\":[]}|1 2 3 9",
        "{\"none\":[{\"field\":\"genre\",\"eq\":\"sf\"}]}|3 9",
        "{\"all\":[{\"field\":\"genre\",\"eq\":\"sf\"},{\"field\":\"genre\",\"eq\":\"war\"}]}|2",
        "{\"any\":[{\"field\":\"year\",\"eq\":1965},{\"field\":\"price\",\"exists\":true}]}|1 3",
        "{\"all\":[{\"any\":[{\"field\":\"genre\",\"eq\":\"sf\"}]}],\"none\":[{\"field\":\"new\",\"eq\":false}]}|2"
      })
  void a_filter_finds(String filter, String ids) {
    Matches matches = index.find(parse(filter));
    String found =
        IntStream.of(1, 2, 3, 9)
            .filter(matches::contains)
            .mapToObj(String::valueOf)
            .collect(Collectors.joining(" "));
    assertThat(found).isEqualTo(ids == null ? "" : ids);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"field\":\"genre\"}|INVALID_VALUE|filter must have exactly one of",
        "{\"field\":\"genre\",\"eq\":1,\"exists\":true}|INVALID_VALUE|filter must have exactly one of",
        "{\"eq\":1}|INVALID_VALUE|filter has a condition without a field",
        "{\"field\":\"genre\",\"eq\":1,\"all\":[]}|INVALID_VALUE|filter has a field beside all",
        "{\"all\":[{},{\"field\":\"gnre\",\"eq\":1}]}|UNKNOWN_FIELD|filter.all[1].field: no record has \"gnre\"; known are categories, genre, new, price, year",
        "{\"field\":\"genre\",\"eq\":{\"a\":1}}|INVALID_TYPE|filter.eq must be",
        "{\"field\":\"genre\",\"in\":[\"a\",[\"b\"]]}|INVALID_TYPE|filter.in[1] must be",
        "{\"field\":\"year\",\"range\":{}}|INVALID_VALUE|filter.range must have one of",
        "{\"field\":\"year\",\"eq\":1e999}|INVALID_VALUE|filter.eq is too large",
        "{\"field\":\"genre\",\"in\":[1,2,3,4,5,6]}|TOO_MANY_ELEMENTS|at most 5 values",
        "{\"all\":[{},{},{},{},{},{}]}|TOO_MANY_ELEMENTS|at most 6 conditions",
        "{\"all\":[{\"any\":[{\"none\":[{}]}]}]}|TOO_DEEP|at most 3 deep"
      })
  void what_cannot_be_meant_is_refused_with_its_place(
      String filter, ProblemCode code, String detail) {
    assertThatThrownBy(() -> parse(filter))
        .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(detail);
  }

  @Test
  void a_caller_is_shown_twenty_names_at_most() {
    String fields =
        IntStream.range(0, 50)
            .mapToObj(i -> "\"f%02d\":1".formatted(i))
            .collect(Collectors.joining(",", "{", "}"));
    put(4, fields);
    assertThatThrownBy(() -> parser.requireField("x", "y".repeat(100)))
        .hasMessageContaining("f18 and more")
        .hasMessageContaining("y".repeat(64) + "…")
        .message()
        .doesNotContain("f19");
  }

  private Condition parse(String filter) {
    return parser.parse(JSON.readValue(filter, Filter.class));
  }

  private void put(int id, String fields, String... categories) {
    index.put(new CatalogueRecord(id, 1, 0, false, false, List.of(categories), fields));
  }
}
