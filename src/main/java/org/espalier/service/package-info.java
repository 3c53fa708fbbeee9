/** The Spring service: wiring only, features in packages of their own. */
@NullMarked
package org.espalier.service;

import org.jspecify.annotations.NullMarked;
