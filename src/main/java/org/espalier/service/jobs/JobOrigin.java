package org.espalier.service.jobs;

import java.util.Locale;

/** Why a job is there. */
enum JobOrigin {
  REQUEST,
  SCHEDULE,
  RERUN;

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
