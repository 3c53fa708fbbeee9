package org.espalier.service.wire;

import io.swagger.v3.oas.annotations.media.Schema;

/**
 * One element of a batch that was not taken.
 *
 * @param index its place in the request, from 0
 * @param code one of {@link ProblemCode}
 * @param detail what was wrong and what to do
 */
@Schema(description = "One element of a batch that was not taken")
public record RejectedElement(
    @Schema(example = "3") int index,
    @Schema(example = "invalid_id") String code,
    @Schema(example = "user_id is empty; ids have 1 to 512 bytes") String detail) {}
