/** A client of the service that tells its story: it knows the REST interface and nothing of what is behind it. */
@NullMarked
package org.espalier.service.demo;

import org.jspecify.annotations.NullMarked;
