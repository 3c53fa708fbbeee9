package org.espalier.service.demo;

import org.espalier.learning.data.Interactions;
import org.espalier.learning.data.Vocabulary;

/**
 * Interactions that the service is not told of, to see whether it ranks them high.
 *
 * @param users tokens of the users
 * @param items tokens of the items: all of them are candidates
 * @param sent the interactions that the service learns from
 * @param known further interactions that are neither sent nor to be found
 * @param kept the interactions to be found
 */
public record HeldOut(
    Vocabulary users, Vocabulary items, Interactions sent, Interactions known, Interactions kept) {}
