/**
 * From the log to a generation: a snapshot of the store, a model that is measured on its latest slice and then trained on
 * all of it, tables and a manifest. Plain Java, so that a command can use it without a service.
 */
@NullMarked
package org.espalier.service.training;

import org.jspecify.annotations.NullMarked;
