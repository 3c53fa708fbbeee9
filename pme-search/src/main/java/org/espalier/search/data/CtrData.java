package org.espalier.search.data;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A click log with its split.
 *
 * @param warnings what a person should look at before trusting a figure; one line each
 */
public record CtrData(
    List<CtrField> fields,
    CtrSamples train,
    CtrSamples valid,
    CtrSamples test,
    List<String> warnings) {

  /** The number of tokens that may own a row: all but the unknown ones. */
  public int tokenCount() {
    return fields.stream().mapToInt(field -> field.tokenCount() - 1).sum();
  }

  /** A number that two logs with different samples hardly share. */
  public long checksum() {
    CRC32C sum = new CRC32C();
    for (CtrSamples samples : List.of(train, valid, test)) {
      ByteBuffer sample = ByteBuffer.allocate(Integer.BYTES * (samples.fieldCount() + 1));
      for (int i = 0; i < samples.count(); i++) {
        sample.clear();
        for (int f = 0; f < samples.fieldCount(); f++) {
          sample.putInt(samples.cells()[i * samples.fieldCount() + f]);
        }
        sample.putFloat(samples.labels()[i]).flip();
        sum.update(sample);
      }
    }
    return sum.getValue();
  }
}
