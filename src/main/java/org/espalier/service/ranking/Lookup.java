package org.espalier.service.ranking;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.service.ranking.LookupAnswer.Embedding;
import org.espalier.service.wire.Ids;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads vectors of the active model. */
@Component
class Lookup {

  private final Dictionary dictionary;
  private final ActiveModel active;
  private final RankingProperties properties;

  Lookup(Store store, ActiveModel active, RankingProperties properties) {
    this.dictionary = store.dictionary();
    this.active = active;
    this.properties = properties;
  }

  LookupAnswer find(LookupRequest request) {
    List<LookupRequest.Key> keys = request.keys();
    if (keys.size() > properties.lookupMax()) {
      throw new ProblemException(
          ProblemCode.TOO_MANY_ELEMENTS,
          "at most %d keys are looked up at once".formatted(properties.lookupMax()));
    }
    keys.forEach(key -> Ids.require("id", key.id()));
    LookupRequest.Format format =
        request.format() == null ? LookupRequest.Format.FLOAT : request.format();
    try (var lease = active.acquire()) {
      ServedModel model = lease.value().model();
      List<Embedding> embeddings = new ArrayList<>(keys.size());
      for (LookupRequest.Key key : keys) {
        embeddings.add(find(model, key, format));
      }
      return model == null
          ? new LookupAnswer(null, 0, embeddings)
          : new LookupAnswer(model.generation(), model.dim(), embeddings);
    }
  }

  private Embedding find(
      @Nullable ServedModel model, LookupRequest.Key key, LookupRequest.Format format) {
    Field field = key.table() == LookupRequest.Table.ITEM ? Field.ENTITY : Field.USER;
    int token = dictionary.find(field, key.id());
    if (model != null && token >= 0) {
      ArenaTable table = key.table() == LookupRequest.Table.ITEM ? model.items() : model.users();
      float[] vector = new float[model.dim()];
      if (table.copyVector(token, vector, 0)) {
        int size = Math.max(0, table.sizeOf(token));
        return new Embedding(key.table(), key.id(), true, size, write(vector, format));
      }
    }
    return new Embedding(key.table(), key.id(), false, 0, null);
  }

  private static Object write(float[] vector, LookupRequest.Format format) {
    if (format == LookupRequest.Format.FLOAT) {
      return vector;
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
