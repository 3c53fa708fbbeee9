package org.espalier.service.ranking;

import java.util.Optional;

/**
 * A vector for a user without a history of use: the mean of users who share the rarest of the user's attributes that
 * enough others have.
 */
final class Lookalikes {

  private static final int USERS_MIN = 5; // fewer say more of themselves than of a group
  private static final int USERS_MAX = 256; // more move the mean little

  private final RecordIndex records;

  Lookalikes(RecordIndex records) {
    this.records = records;
  }

  /** Empty when too few users with a vector are like this one. */
  Optional<float[]> find(ServedModel model, int user) {
    if (user < 0 || model.users().rowCount() == 0) {
      return Optional.empty();
    }
    int[] alike = PopularSegments.evenly(records.users().alike(user, USERS_MIN), USERS_MAX);
    return UserVectors.mean(model.users(), alike, USERS_MIN);
  }
}
