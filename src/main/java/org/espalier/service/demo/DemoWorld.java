package org.espalier.service.demo;

import java.util.List;
import java.util.Optional;

/** What a demonstration feeds the service with, and what it keeps back to measure by. */
public interface DemoWorld {

  /** One line for people: what and how much of it. */
  String description();

  /** Everything that is sent, in this order. */
  List<Feed> feeds();

  /** What is not sent, beside what is. */
  HeldOut heldOut();

  /** What people call an item; empty when it has no title. */
  Optional<String> title(String itemId);
}
