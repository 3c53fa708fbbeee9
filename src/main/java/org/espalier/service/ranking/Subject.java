package org.espalier.service.ranking;

import org.jspecify.annotations.Nullable;

/**
 * Whom a ranking is for: a user, or whoever has chosen some items.
 *
 * @param userId null for whoever has chosen items
 * @param user the user's id in the store; -1 for one that is not known, or for none
 * @param history entity ids of what was chosen; empty for a user
 */
@SuppressWarnings("ArrayRecordComponent") // of one request, never compared
record Subject(@Nullable String userId, int user, int[] history) {}
