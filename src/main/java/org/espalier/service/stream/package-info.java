/** Kafka in: topics, positions, records that become writes, dead letters. */
@NullMarked
package org.espalier.service.stream;

import org.jspecify.annotations.NullMarked;
