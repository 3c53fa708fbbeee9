package org.espalier.service.jobs;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The kinds of job that there are, by name, and how their requests are written. */
final class JobKinds {

  private final Map<String, JobKind<?>> byName = new TreeMap<>();
  private final JsonMapper json;

  JobKinds(Collection<? extends JobKind<?>> kinds, JsonMapper json) {
    this.json = json;
    for (JobKind<?> kind : kinds) {
      if (!kind.name().matches("[a-z][a-z-]{0,63}")) {
        throw new IllegalArgumentException("'" + kind.name() + "' is no name of a kind of job");
      }
      JobKind<?> other = byName.put(kind.name(), kind);
      if (other != null) {
        throw new IllegalArgumentException(kind + " and " + other + " have one name");
      }
    }
  }

  Optional<JobKind<?>> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  Collection<JobKind<?>> all() {
    return byName.values();
  }

  /** Whether jobs of two kinds wait in one queue. */
  boolean shareLane(String kind, String other) {
    return kind.equals(other) || (!hasOwnLane(kind) && !hasOwnLane(other));
  }

  boolean hasOwnLane(String kind) {
    return find(kind).filter(JobKind::ownLane).isPresent();
  }

  String write(Object value) {
    return json.writeValueAsString(value);
  }

  /**
   * @throws JobFailedException when it is not one that this version knows
   */
  <R> R request(JobKind<R> kind, String text) {
    try {
      return json.readValue(text, kind.requestType());
    } catch (JacksonException e) {
      throw new JobFailedException(
          "this version does not understand the request (%s); send a new one"
              .formatted(e.getOriginalMessage()),
          e);
    }
  }
}
