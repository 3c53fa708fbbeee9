/** What is known of items and users, and the facts between entities: records, batches, triples, histories, erasure. */
@NullMarked
package org.espalier.service.catalogue;

import org.jspecify.annotations.NullMarked;
