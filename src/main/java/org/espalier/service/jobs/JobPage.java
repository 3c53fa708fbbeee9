package org.espalier.service.jobs;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.espalier.service.control.Page;
import org.jspecify.annotations.Nullable;

/** Part of the list of jobs, newest first. */
@Schema(name = "JobPage")
public record JobPage(
    List<JobView> items, @JsonProperty("next_cursor") @Nullable String nextCursor) {

  static JobPage of(Page page, List<JobView> found) {
    return new JobPage(page.cut(found), page.next(found, JobView::id));
  }
}
