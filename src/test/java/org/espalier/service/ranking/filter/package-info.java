@NullMarked
package org.espalier.service.ranking.filter;

import org.jspecify.annotations.NullMarked;
