package org.espalier.service.ranking;

/** Requests for the API's description. A test sends them all. */
final class RankingExamples {

  static final String CANDIDATES =
      """
      {"user_id": "u1", "items": [{"id": "i1"}, {"id": "i2"}], "context": {"device": "ios"}}\
      """;

  static final String CANDIDATES_FOR_HISTORY =
      """
      {"history": ["i1"], "items": [{"id": "i1"}, {"id": "i2"}], "limit": 1}\
      """;

  static final String USER =
      """
      {"user_id": "u1", "limit": 10}\
      """;

  static final String FILTERS =
      """
      {"user_id": "u1", "filter": {
        "all": [{"field": "genre", "in": ["sf", "fantasy"]}, {"field": "year", "range": {"gte": 1960, "lt": 2000}}],
        "none": [{"field": "genre", "eq": "war"}]}}\
      """;

  static final String EXCLUSIONS =
      """
      {"user_id": "u1", "exclude_items": ["i7"], "exclude_seen": {"types": ["click"], "within": "P30D"}}\
      """;

  static final String DIVERSITY =
      """
      {"user_id": "u1", "diversity": {"field": "genre", "max_per_value": 3, "lambda": 0.7}}\
      """;

  static final String HISTORY =
      """
      {"history": ["i1", "i2"], "limit": 5}\
      """;

  static final String SEGMENT =
      """
      {"user_id": "nobody yet", "popular_by": "country"}\
      """;

  static final String USERS =
      """
      {"user_ids": ["u1", "u2"], "limit": 5, "exclude_seen": ["click"]}\
      """;

  private RankingExamples() {}
}
