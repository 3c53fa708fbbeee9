package org.espalier.service.jobs;

import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** A document of a job. */
@Table("job_report")
record JobReport(@Id @Nullable Long id, long job, String name, String mediaType, String content) {

  /** Whether a report may be called so. */
  static boolean isName(String name) {
    return name.matches("[a-z0-9][a-z0-9.-]{0,63}");
  }
}
