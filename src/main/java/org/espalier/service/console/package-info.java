/** What a person at a terminal sees: progress on stderr, tables on stdout. */
@NullMarked
package org.espalier.service.console;

import org.jspecify.annotations.NullMarked;
