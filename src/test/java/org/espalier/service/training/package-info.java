@NullMarked
package org.espalier.service.training;

import org.jspecify.annotations.NullMarked;
