package org.espalier.service.control;

import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * One change that somebody asked for.
 *
 * @param id rises with time; null before it is stored
 * @param caller who asked
 * @param operation what for, as {@code generation.activate}
 * @param target of what, as {@code generation 3}
 * @param detail further arguments, in words
 * @param outcome {@code started}, {@code done}, or the code of the refusal
 */
@Table("audit_entry")
record AuditEntry(
    @Id @Nullable Long id,
    String instance,
    long atMs,
    String caller,
    String operation,
    String target,
    String detail,
    String outcome,
    @Nullable String traceId) {

  static final String STARTED = "started";
  static final String DONE = "done";
}
