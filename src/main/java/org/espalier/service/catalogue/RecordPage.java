package org.espalier.service.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list of records, in the order in which their ids were first seen.
 *
 * @param items may be fewer than asked for although there are more
 * @param nextCursor where the next page begins; null on the last one
 */
@Schema(description = "One page of records, in the order in which their ids were first seen")
record RecordPage(
    List<RecordView> items, @JsonProperty("next_cursor") @Nullable String nextCursor) {}
