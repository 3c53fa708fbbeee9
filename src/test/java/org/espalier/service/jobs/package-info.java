@NullMarked
package org.espalier.service.jobs;

import org.jspecify.annotations.NullMarked;
