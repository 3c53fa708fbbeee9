@NullMarked
package org.espalier.service.ranking;

import org.jspecify.annotations.NullMarked;
