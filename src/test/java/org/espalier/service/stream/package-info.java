@NullMarked
package org.espalier.service.stream;

import org.jspecify.annotations.NullMarked;
