package org.espalier.service.stream;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.espalier.embeddings.store.Dictionary;
import org.espalier.embeddings.store.Pending;
import org.espalier.embeddings.store.SourcePosition;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.TripleChange;
import org.espalier.service.decode.TripleDecoder;
import org.espalier.service.wire.ElementReader;
import org.espalier.service.wire.Ids;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Rejection;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Triples into the graph. A topic that is compacted has the triple itself as its key,
 * {@code ["head","relation","tail"]}, and a tombstone under that key removes it.
 */
final class TripleIntake implements Intake {

  private static final String KEY =
      "the key of a deleted triple must be [\"head\",\"relation\",\"tail\"]";

  private final Store store;
  private final Payloads payloads;
  private final ElementReader elements;
  private final TripleDecoder decoder;
  private final JsonMapper json;

  TripleIntake(
      Store store,
      Payloads payloads,
      ElementReader elements,
      TripleDecoder decoder,
      JsonMapper json) {
    this.store = store;
    this.payloads = payloads;
    this.elements = elements;
    this.decoder = decoder;
    this.json = json;
  }

  @Override
  public Batch begin() {
    return new Triples();
  }

  private TripleChange.Delete deleted(byte[] key) throws Rejection {
    String[] parts;
    try {
      parts = json.readValue(key, String[].class);
    } catch (JacksonException e) {
      throw new Rejection(ProblemCode.INVALID_VALUE, KEY);
    }
    if (parts == null || parts.length != 3) {
      throw new Rejection(ProblemCode.INVALID_VALUE, KEY);
    }
    for (String part : parts) {
      Ids.check("a part of the key", part);
    }
    if (parts[1].equals(Dictionary.INTERACTS)) {
      throw new Rejection(
          ProblemCode.INVALID_VALUE, "edges of %s go with their events".formatted(parts[1]));
    }
    return new TripleChange.Delete(parts[0], parts[1], parts[2]);
  }

  private final class Triples implements Batch {
    private final List<TripleChange> triples = new ArrayList<>();

    @Override
    public void add(ConsumerRecord<byte[], byte[]> record) throws Rejection {
      if (record.value() == null) {
        if (record.key() == null) {
          throw new Rejection(ProblemCode.MISSING_FIELD, KEY);
        }
        triples.add(deleted(record.key()));
        return;
      }
      byte[] value = payloads.open(record).json();
      triples.add(
          new TripleChange.Put(
              elements.readOne(value, 0, value.length, (parser, _) -> decoder.decode(parser), 0)));
    }

    @Override
    public Stored submit(String source, long from, long next) {
      Pending<Integer> pending =
          store.submitTriples(triples, new SourcePosition(source, from, next));
      return () -> new Outcome(pending.await(), 0);
    }
  }
}
