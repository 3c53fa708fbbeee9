@NullMarked
package org.espalier.service.access;

import org.jspecify.annotations.NullMarked;
