/** A seeded world of users, items, attributes, triples and sessions, streamed in any size. */
@NullMarked
package org.espalier.learning.data.world;

import org.jspecify.annotations.NullMarked;
