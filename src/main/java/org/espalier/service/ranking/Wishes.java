package org.espalier.service.ranking;

import java.util.List;
import org.espalier.service.ranking.filter.Filter;
import org.jspecify.annotations.Nullable;

/** What requests for rankings have in common; nulls are what a caller left out. */
interface Wishes {

  /** Which items may appear. */
  @Nullable Filter filter();

  /** Ids of items that must not appear. */
  @Nullable List<String> excludeItems();

  /** Which of the user's own events keep their items out. */
  @Nullable ExcludeSeen excludeSeen();

  /** How unlike each other the results shall be. */
  @Nullable DiversityRequest diversity();

  /** The users' field by which popularity is told when it must answer. */
  @Nullable String popularBy();
}
