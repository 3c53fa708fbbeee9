/** Makes what the store takes of JSON, whatever brought it: the same checks for a request and for a stream. */
@NullMarked
package org.espalier.service.decode;

import org.jspecify.annotations.NullMarked;
