/** Filters: what callers ask for, and the index of attributes that answers it. */
@NullMarked
package org.espalier.service.ranking.filter;

import org.jspecify.annotations.NullMarked;
