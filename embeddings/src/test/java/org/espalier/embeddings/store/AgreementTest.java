package org.espalier.embeddings.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class AgreementTest {

  private record Row(long sequence, ByteBuffer key, ByteBuffer value) {}

  private final List<Row> rows = new ArrayList<>();
  private Random random = new Random();

  private void rows(long seed) {
    random = new Random(seed);
    for (int i = 0; i < 100_000; i++) { // more than there are sums
      rows.add(new Row(i + 1, bytes(1 + random.nextInt(30)), bytes(random.nextInt(20))));
    }
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2})
  void the_same_rows_in_another_order_agree(long seed) {
    rows(seed);
    assertThat(shuffledWith(null, null).holds()).isTrue();
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2, 3})
  void one_changed_bit_is_a_difference_in_its_bucket_only(long seed) {
    rows(seed);
    Row row = rows.get(random.nextInt(rows.size()));
    ByteBuffer changed = ByteBuffer.wrap(row.key().array().clone());
    int at = random.nextInt(changed.capacity());
    changed.put(at, (byte) (changed.get(at) ^ 1 << random.nextInt(8)));
    Agreement agreement = shuffledWith(row, new Row(row.sequence(), changed, row.value()));
    assertThat(agreement.holds()).isFalse();
    assertThat(rows.stream().map(Row::sequence).filter(each -> !agreement.holdsFor(each)))
        .contains(row.sequence())
        .hasSizeLessThanOrEqualTo(2);
  }

  @ParameterizedTest(name = "seed={0}")
  @ValueSource(longs = {1, 2})
  void a_row_more_one_less_and_a_byte_that_moved_from_key_to_value_are_differences(long seed) {
    rows(seed);
    Row row = rows.get(random.nextInt(rows.size()));
    assertThat(shuffledWith(row, null).holds()).isFalse();
    assertThat(shuffledWith(null, row).holds()).isFalse();
    int keyBytes = row.key().capacity();
    byte[] both = new byte[keyBytes + row.value().capacity()];
    row.key().get(0, both, 0, keyBytes);
    row.value().get(0, both, keyBytes, both.length - keyBytes);
    ByteBuffer key = ByteBuffer.wrap(both, 0, keyBytes - 1).slice();
    ByteBuffer value = ByteBuffer.wrap(both, keyBytes - 1, both.length - keyBytes + 1).slice();
    assertThat(shuffledWith(row, new Row(row.sequence(), key, value)).holds()).isFalse();
  }

  /** Meets all rows but one, and another one beside. */
  private Agreement shuffledWith(@Nullable Row left, @Nullable Row more) {
    Agreement agreement = new Agreement();
    rows.forEach(row -> agreement.expect(row.sequence(), row.key(), row.value()));
    List<Row> met = new ArrayList<>(rows);
    met.remove(left);
    if (more != null) {
      met.add(more);
    }
    Collections.shuffle(met, random);
    met.forEach(row -> agreement.meet(row.sequence(), row.key(), row.value()));
    return agreement;
  }

  private ByteBuffer bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }
}
