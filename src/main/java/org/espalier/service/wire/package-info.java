/**
 * What crosses the wire, for every feature alike: problems and rejections with their codes, ids, times, limits, and
 * bodies that are read element by element.
 */
@NullMarked
package org.espalier.service.wire;

import org.jspecify.annotations.NullMarked;
