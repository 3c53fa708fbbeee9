@NullMarked
package org.espalier.service.propagation;

import org.jspecify.annotations.NullMarked;
