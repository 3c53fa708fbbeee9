/**
 * The frame around the features: start and stop, settings, the store, the web server with its filters and problems,
 * health and metrics. It knows no feature; features know it and each other not at all.
 */
@NullMarked
package org.espalier.service.platform;

import org.jspecify.annotations.NullMarked;
