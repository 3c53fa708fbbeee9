/** Keeping a store well: backups, and what an administrator wants to know of it. */
@NullMarked
package org.espalier.service.upkeep;

import org.jspecify.annotations.NullMarked;
