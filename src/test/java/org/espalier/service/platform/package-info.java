@NullMarked
package org.espalier.service.platform;

import org.jspecify.annotations.NullMarked;
