/** Interaction events in: decoding, validation and the way into the log. */
@NullMarked
package org.espalier.service.ingest;

import org.jspecify.annotations.NullMarked;
