package org.espalier.service.wire;

import tools.jackson.core.JsonParser;

/** Makes a value of one element of a body. */
@FunctionalInterface
public interface ElementDecoder<T> {

  /**
   * Reads one element.
   *
   * @param parser stands at the element's {@code START_OBJECT} and is left at its {@code END_OBJECT}; after a
   *     rejection it may stand anywhere inside the element
   * @param index the element's place in its body, from 0
   */
  T decode(JsonParser parser, int index) throws Rejection;
}
