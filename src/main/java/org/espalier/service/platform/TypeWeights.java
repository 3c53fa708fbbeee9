package org.espalier.service.platform;

import java.util.Arrays;
import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.Field;

/** The weights of {@link InteractionProperties} by event type id, so that no scan of a history compares text. */
public final class TypeWeights {

  private final Dictionary dictionary;
  private final InteractionProperties properties;
  private volatile float[]
      byType = {}; // replaced when a type appears; ids are dense and never change

  public TypeWeights(Dictionary dictionary, InteractionProperties properties) {
    this.dictionary = dictionary;
    this.properties = properties;
  }

  /** What an event of a type counts; 0 for nothing. */
  public float of(int type) {
    float[] known = byType;
    return type < known.length ? known[type] : extend(type)[type];
  }

  /** Event types that exist now; ids are below it. */
  public int typeCount() {
    return dictionary.size(Field.EVENT_TYPE);
  }

  private float[] extend(int type) {
    float[] known = byType;
    float[] extended = Arrays.copyOf(known, Math.max(type + 1, typeCount()));
    for (int t = known.length; t < extended.length; t++) {
      extended[t] = properties.weight(dictionary.token(Field.EVENT_TYPE, t));
    }
    byType = extended;
    return extended;
  }
}
