package org.espalier.search.data;

import java.util.List;

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
}
