package org.espalier.service.ranking.filter;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;

/** Makes a condition of what a caller sent, or says what is wrong with it and where. */
public final class FilterParser {

  private static final int NAMES_SHOWN = 20;
  private static final int NAME_LENGTH_SHOWN = 64;

  private final FilterProperties bounds;
  private final AttributeIndex index;

  /** @param index knows which fields there are */
  public FilterParser(FilterProperties bounds, AttributeIndex index) {
    this.bounds = bounds;
    this.index = index;
  }

  /**
   * The condition of a filter; everything for none.
   *
   * @throws ProblemException INVALID_VALUE, INVALID_TYPE, TOO_DEEP, TOO_MANY_ELEMENTS or UNKNOWN_FIELD, naming the place
   */
  public Condition parse(@Nullable Filter filter) {
    return filter == null ? Condition.EVERYTHING : new Walk().filter("filter", filter, 1);
  }

  /** Refuses a field that no record has; {@code what} names the place for the caller. */
  public void requireField(String what, String field) {
    if (index.hasField(field)) {
      return;
    }
    String shown =
        field.length() > NAME_LENGTH_SHOWN ? field.substring(0, NAME_LENGTH_SHOWN) + "…" : field;
    List<String> known = index.fields(NAMES_SHOWN + 1);
    String names =
        known.isEmpty()
            ? "there are none"
            : "known are "
                + known.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", "))
                + (known.size() > NAMES_SHOWN ? " and more" : "");
    throw new ProblemException(
        ProblemCode.UNKNOWN_FIELD, "%s: no record has \"%s\"; %s".formatted(what, shown, names));
  }

  /** One filter's way through its parts, counting. */
  private final class Walk {
    private int clauses;
    private int values;

    Condition filter(String at, Filter filter, int depth) {
      if (depth > bounds.depthMax()) {
        throw new ProblemException(
            ProblemCode.TOO_DEEP,
            "filters are nested at most %d deep".formatted(bounds.depthMax()));
      }
      if (++clauses > bounds.clausesMax()) {
        throw new ProblemException(
            ProblemCode.TOO_MANY_ELEMENTS,
            "a filter has at most %d conditions".formatted(bounds.clausesMax()));
      }
      String field = filter.field();
      if (field != null) {
        return field(at, filter, field);
      }
      if (operators(filter) > 0) {
        throw invalid(at, "has a condition without a field; name one");
      }
      List<Condition> parts = new ArrayList<>();
      if (filter.all() != null) {
        parts.addAll(each(at + ".all", filter.all(), depth));
      }
      if (filter.any() != null) {
        parts.add(new Condition.Any(each(at + ".any", filter.any(), depth)));
      }
      if (filter.none() != null) {
        Condition some = new Condition.Any(each(at + ".none", filter.none(), depth));
        parts.add(new Condition.Not(some));
      }
      return parts.size() == 1 ? parts.getFirst() : new Condition.All(parts);
    }

    private List<Condition> each(String at, List<Filter> filters, int depth) {
      List<Condition> parts = new ArrayList<>(filters.size());
      for (int i = 0; i < filters.size(); i++) {
        parts.add(filter("%s[%d]".formatted(at, i), filters.get(i), depth + 1));
      }
      return parts;
    }

    private Condition field(String at, Filter filter, String field) {
      if (filter.all() != null || filter.any() != null || filter.none() != null) {
        throw invalid(at, "has a field beside all, any or none; put it inside");
      }
      if (operators(filter) != 1) {
        throw invalid(at, "must have exactly one of in, eq, range and exists beside its field");
      }
      requireField(at + ".field", field);
      if (filter.in() != null) {
        return new Condition.In(field, values(at + ".in", filter.in()));
      }
      if (filter.eq() != null) {
        return new Condition.In(field, Set.of(value(at + ".eq", filter.eq())));
      }
      if (filter.range() != null) {
        return range(at + ".range", field, filter.range());
      }
      Condition exists = new Condition.Exists(field);
      return Boolean.TRUE.equals(filter.exists()) ? exists : new Condition.Not(exists);
    }

    private Set<AttributeValue> values(String at, List<Object> given) {
      values += given.size();
      if (values > bounds.valuesMax()) {
        throw new ProblemException(
            ProblemCode.TOO_MANY_ELEMENTS,
            "a filter has at most %d values".formatted(bounds.valuesMax()));
      }
      Set<AttributeValue> known = new LinkedHashSet<>();
      for (int i = 0; i < given.size(); i++) {
        known.add(value("%s[%d]".formatted(at, i), given.get(i)));
      }
      return known;
    }
  }

  private static int operators(Filter filter) {
    int count = filter.in() == null ? 0 : 1;
    count += filter.eq() == null ? 0 : 1;
    count += filter.range() == null ? 0 : 1;
    return count + (filter.exists() == null ? 0 : 1);
  }

  private static AttributeValue value(String at, Object given) {
    return switch (given) {
      case String text -> new AttributeValue.Text(text);
      case Boolean truth -> new AttributeValue.Truth(truth);
      case Integer number -> new AttributeValue.Numeric(number);
      case Long number -> new AttributeValue.Numeric(number);
      case Double number -> number(at, number);
      case BigInteger number -> number(at, number.doubleValue());
      case BigDecimal number -> number(at, number.doubleValue());
      default ->
          throw new ProblemException(
              ProblemCode.INVALID_TYPE, at + " must be a string, a number, or true or false");
    };
  }

  private static AttributeValue number(String at, double number) {
    if (!Double.isFinite(number)) {
      throw new ProblemException(ProblemCode.INVALID_VALUE, at + " is too large a number");
    }
    return new AttributeValue.Numeric(number);
  }

  private static Condition range(String at, String field, Filter.Range range) {
    double low = Double.NEGATIVE_INFINITY;
    double high = Double.POSITIVE_INFINITY;
    boolean bounded = false;
    for (Double bound : new Double[] {range.gt(), range.gte(), range.lt(), range.lte()}) {
      bounded |= bound != null;
      if (bound != null && !Double.isFinite(bound)) {
        throw new ProblemException(
            ProblemCode.INVALID_VALUE, at + " has a bound that is too large a number");
      }
    }
    if (!bounded) {
      throw invalid(at, "must have one of gt, gte, lt and lte at least");
    }
    low = range.gte() == null ? low : Math.max(low, range.gte());
    low = range.gt() == null ? low : Math.max(low, Math.nextUp(range.gt()));
    high = range.lte() == null ? high : Math.min(high, range.lte());
    high = range.lt() == null ? high : Math.min(high, Math.nextDown(range.lt()));
    return new Condition.Between(field, low, high);
  }

  private static ProblemException invalid(String at, String what) {
    return new ProblemException(ProblemCode.INVALID_VALUE, at + " " + what);
  }
}
