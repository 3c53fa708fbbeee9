/** Who may do what: API keys, their scopes and rates, and the address that the service listens on. */
@NullMarked
package org.espalier.service.access;

import org.jspecify.annotations.NullMarked;
