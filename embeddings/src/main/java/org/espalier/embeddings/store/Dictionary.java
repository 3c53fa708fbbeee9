package org.espalier.embeddings.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.espalier.embeddings.store.StoreException.Kind;

/**
 * (field, token) → dense int id from 0, per field, and back. Ids are given by the committer and never
 * reused. Held in memory; reads take no lock and may come from any thread, also after the store was
 * closed.
 *
 * <p>On disk, family {@code dictionary}:
 *
 * <pre>
 * field code (2), id (4) → version 1, state (1), token in UTF-8
 * </pre>
 *
 * State 0 is a token, 1 an erased one, whose bytes are gone. The way back, token → id, is rebuilt at
 * open: a second copy on disk could only disagree with the first.
 */
public final class Dictionary {

  private static final byte VERSION = 1;
  private static final byte LIVE = 0;
  private static final byte ERASED = 1;
  private static final int KEY_BYTES = Short.BYTES + Integer.BYTES;
  private static final int FIELDS_MAX = 1 << Short.SIZE;

  /** The relation of every user with what they interacted with; its id is 0. */
  public static final String INTERACTS = "interacts";

  /** Names of the fields that every store has, by their codes in {@link Field}. */
  static final List<String> RESERVED =
      Stream.of(Field.FIELD, Field.USER, Field.ENTITY, Field.RELATION, Field.EVENT_TYPE)
          .map(Field::name)
          .toList();

  private static final byte[] NO_TOKEN = {}; // none is empty

  /** By field code. Replaced by the committer when a field appears; see {@link TokenTable}. */
  private volatile TokenTable[] tables = new TokenTable[0];

  Dictionary() {
    tableFor(Field.EVENT_TYPE.code());
  }

  /** Reads the whole family. */
  static Dictionary load(Database database) {
    Dictionary dictionary = new Dictionary();
    database.scan(
        Family.DICTIONARY,
        new byte[0],
        (key, value) -> {
          dictionary.restore(Short.toUnsignedInt(key.getShort()), key.getInt(), value);
          return true;
        });
    dictionary.publish();
    return dictionary;
  }

  /** The id of a token, or -1 when it is unknown. */
  public int find(Field field, String token) {
    byte[] utf8 = utf8(token);
    return find(field, utf8, 0, utf8.length);
  }

  /** The same for many tokens: faster than one by one, because their memory is asked for together. */
  public int[] find(Field field, String[] tokens) {
    byte[][] utf8 = new byte[tokens.length][];
    for (int i = 0; i < tokens.length; i++) {
      utf8[i] = utf8(tokens[i]);
    }
    return table(field).find(utf8);
  }

  /** Empty, which is never found, for what cannot be a token. */
  private static byte[] utf8(String token) {
    return Tokens.problemOf(token).isPresent() ? NO_TOKEN : Tokens.encode(token);
  }

  /** The same for a slice of UTF-8 bytes; allocates nothing. */
  public int find(Field field, byte[] utf8, int at, int length) {
    return table(field).find(utf8, at, length);
  }

  /**
   * The token of an id; empty when it was erased, which no token is.
   *
   * @throws IndexOutOfBoundsException for an id that was never given
   */
  public String token(Field field, int id) {
    return table(field).token(id);
  }

  /** Whether the token of this id was erased. */
  public boolean isErased(Field field, int id) {
    return table(field).isErased(id);
  }

  /** How many ids the field has given: they are 0 to size - 1, erased ones included. */
  public int size(Field field) {
    return table(field).size();
  }

  /** A field by its name; empty when nothing was ever put into it. */
  public Optional<Field> field(String name) {
    int code = find(Field.FIELD, name);
    return code < 0 || code >= tables.length
        ? Optional.empty()
        : Optional.of(new Field(code, name));
  }

  /** All fields, by code. */
  public List<Field> fields() {
    List<Field> fields = new ArrayList<>();
    for (int code = 0; code < size(Field.FIELD); code++) {
      fields.add(new Field(code, token(Field.FIELD, code)));
    }
    return fields;
  }

  /** Committer only: the id of a token, given now when it has none. */
  int intern(Staging staging, Field field, byte[] utf8) {
    TokenTable table = table(field);
    int id = table.findOrStaged(utf8);
    if (id >= 0) {
      return id;
    }
    if (field.equals(Field.FIELD)) {
      return stageField(staging, utf8);
    }
    id = table.stage(utf8);
    staging.put(Family.DICTIONARY, key(field.code(), id), value(utf8));
    return id;
  }

  /** Committer only: the id of a token that is published or staged in this group, or -1. */
  int findOrStaged(Field field, byte[] utf8) {
    return table(field).findOrStaged(utf8);
  }

  /** Committer only: makes a token irrecoverable when the group is published. */
  void stageErasure(Staging staging, Field field, int id) {
    staging.put(Family.DICTIONARY, key(field.code(), id), new byte[] {VERSION, ERASED});
    staging.afterWrite(() -> table(field).erase(id));
  }

  /** Committer only. */
  void publish() {
    for (TokenTable table : tables) {
      table.publish();
    }
  }

  /** Committer only. */
  void discard() {
    for (TokenTable table : tables) {
      table.discard();
    }
  }

  private int stageField(Staging staging, byte[] name) {
    TokenTable names = tableFor(Field.FIELD.code());
    if (names.size() >= FIELDS_MAX) {
      throw new IllegalArgumentException("a store has at most " + FIELDS_MAX + " fields");
    }
    int code = names.stage(name);
    tableFor(code);
    staging.put(Family.DICTIONARY, key(Field.FIELD.code(), code), value(name));
    return code;
  }

  private void restore(int code, int id, ByteBuffer value) {
    TokenTable table = tableFor(code);
    Formats.read(Family.DICTIONARY, VERSION, value);
    boolean erased = value.get() == ERASED;
    int given =
        erased ? table.appendErased() : table.append(Formats.bytes(value, value.remaining()));
    if (given != id) {
      throw new StoreException(
          Kind.DAMAGED,
          "the dictionary's field %d lacks id %d; restore the store from a backup"
              .formatted(code, given));
    }
  }

  /** Fails for a value that is no token, erased or not. */
  static void checkValue(ByteBuffer value) {
    Formats.read(Family.DICTIONARY, VERSION, value);
    boolean erased = value.get() == ERASED;
    byte[] utf8 = Formats.bytes(value, value.remaining());
    String token = new String(utf8, StandardCharsets.UTF_8);
    boolean fits =
        erased
            ? utf8.length == 0
            : Tokens.problemOf(token).isEmpty() && Arrays.equals(Tokens.encode(token), utf8);
    if (!fits) {
      throw new StoreException(Kind.DAMAGED, "the value is no token");
    }
  }

  private TokenTable table(Field field) {
    TokenTable[] current = tables;
    if (field.code() >= current.length) {
      throw new IllegalArgumentException("unknown field " + field.name());
    }
    return current[field.code()];
  }

  private TokenTable tableFor(int code) {
    TokenTable[] current = tables;
    if (code >= current.length) {
      TokenTable[] grown = Arrays.copyOf(current, code + 1);
      for (int i = current.length; i <= code; i++) {
        grown[i] = new TokenTable();
      }
      tables = grown;
    }
    return tables[code];
  }

  private static byte[] key(int field, int id) {
    return ByteBuffer.allocate(KEY_BYTES).putShort((short) field).putInt(id).array();
  }

  private static byte[] value(byte[] utf8) {
    return ByteBuffer.allocate(2 + utf8.length).put(VERSION).put(LIVE).put(utf8).array();
  }
}
