/** Generations as an administrator meets them: list, compare, activate, roll back, pin, delete. */
@NullMarked
package org.espalier.service.generations;

import org.jspecify.annotations.NullMarked;
