/** What may use what. */
@NullMarked
package org.espalier.service.architecture;

import org.jspecify.annotations.NullMarked;
