@NullMarked
package org.espalier.service.catalogue;

import org.jspecify.annotations.NullMarked;
