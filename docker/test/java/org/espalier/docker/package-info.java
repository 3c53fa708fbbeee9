/** Tests of what {@code docker/} makes, without Docker. */
@NullMarked
package org.espalier.docker;

import org.jspecify.annotations.NullMarked;
