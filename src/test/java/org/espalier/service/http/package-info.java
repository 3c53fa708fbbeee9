/** Tests through the real server on a random port, with a real store. */
@NullMarked
package org.espalier.service.http;

import org.jspecify.annotations.NullMarked;
