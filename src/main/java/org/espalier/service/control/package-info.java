/**
 * The control plane's database: jobs, audit log and notes on generations, in H2 beside the store or in PostgreSQL. It is
 * opened beside the start and may go away and come back: rankings never need it, and admin routes answer 503 meanwhile.
 */
@NullMarked
package org.espalier.service.control;

import org.jspecify.annotations.NullMarked;
