/** The command line: options in, one clear line or one JSON object out. */
@NullMarked
package org.espalier.service.cli;

import org.jspecify.annotations.NullMarked;
