package org.espalier.service.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Part of the list of erasures, newest first. */
@Schema(name = "ErasurePage")
record ErasurePage(
    List<ErasureView> items, @JsonProperty("next_cursor") @Nullable String nextCursor) {}
