package org.espalier.service.generations;

import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/**
 * What an administrator says of a generation.
 *
 * @param instance the data folder that the generation belongs to
 * @param pinned it may not be deleted
 * @param reason in words
 */
@Table("generation_note")
record GenerationNote(
    @Id @Nullable Long id,
    String instance,
    int generation,
    boolean pinned,
    @Nullable String reason) {}
