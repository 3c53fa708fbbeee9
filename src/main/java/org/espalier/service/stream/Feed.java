package org.espalier.service.stream;

import java.util.Locale;

/** What a topic carries. */
enum Feed {
  EVENTS,
  ITEMS,
  USERS,
  TRIPLES;

  /** Its name in metrics and answers: one of a closed list. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  String topic(String prefix) {
    return prefix + "." + label() + ".v1";
  }

  static String deadLetters(String topic) {
    return topic + "-dlt";
  }
}
