package org.espalier.service.catalogue;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.espalier.embeddings.store.CatalogueRecord;
import org.espalier.embeddings.store.CatalogueUpdate;
import org.espalier.service.wire.Timestamps;

/**
 * A record of an item or a user as callers see it.
 *
 * @param fields its attributes, a JSON object
 * @param hidden whether the item stays out of rankings; false for users
 */
@Schema(name = "Record", description = "What is known of an item or a user")
record RecordView(
    @Schema(example = "i1") String id,
    @Schema(ref = "#/components/schemas/RecordFields") @JsonRawValue String fields,
    @Schema(example = "[\"book\"]") List<String> categories,
    boolean hidden,
    @Schema(type = "string", format = "date-time") String timestamp) {

  static RecordView of(String id, CatalogueRecord record) {
    return new RecordView(
        id,
        record.fieldsJson(),
        record.categories(),
        record.hidden(),
        Timestamps.format(record.timeMs()));
  }

  static RecordView of(CatalogueUpdate update) {
    return new RecordView(
        update.id(),
        update.fieldsJson(),
        update.categories(),
        update.hidden(),
        Timestamps.format(update.timeMs()));
  }
}
