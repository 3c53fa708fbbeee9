package org.espalier.service.decode;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What changes of a record; null leaves a part as it is.
 *
 * @param fieldsJson fields to set, and with {@code null} those to remove; a JSON object
 * @param timeMs when this became true, in epoch milliseconds
 */
public record RecordPatch(
    @Nullable String fieldsJson,
    @Nullable List<String> categories,
    @Nullable Boolean hidden,
    long timeMs) {}
