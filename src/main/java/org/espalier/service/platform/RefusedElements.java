package org.espalier.service.platform;

import java.util.List;
import org.espalier.service.wire.RefusedElement;

/** Keeps elements of requests that were refused, for people to look at. There is one only where that is asked for. */
public interface RefusedElements {

  /** What an element was to become. */
  enum Kind {
    EVENT,
    ITEM,
    USER,
    TRIPLE
  }

  /** Takes the elements that a request was told of as rejected. Never waits and never fails. */
  void take(Kind kind, List<RefusedElement> elements);
}
