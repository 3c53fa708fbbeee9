package org.espalier.service.wire;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a route may answer beside success, for the API's description: its own problems, on a controller for all of its
 * methods or on one of them. Those that follow from the kind of route, such as a body that is no JSON, are added to them.
 */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Fails {
  ProblemCode[] value();
}
