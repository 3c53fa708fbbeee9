package org.espalier.learning.data;

/**
 * Triples over one id space of entities. Items are entities: the ids below {@code itemCount} are the
 * items, and an entity that an item is linked to has the item's id.
 *
 * @param itemCount the number of items, the first tokens of {@code entities}
 * @param entities tokens of all entities; a linked entity has its item's token
 * @param relations tokens of the relations; id 0 is {@link #INTERACTS}, which no triple needs to use
 * @param heads entity ids (tripleCount)
 * @param relationIds relation ids (tripleCount)
 * @param tails entity ids (tripleCount)
 */
@SuppressWarnings("ArrayRecordComponent") // parallel columns; never compared, never changed
public record KnowledgeGraph(
    int itemCount,
    Vocabulary entities,
    Vocabulary relations,
    int[] heads,
    int[] relationIds,
    int[] tails) {

  /** The relation between a user and an item. */
  public static final String INTERACTS = "interacts";

  /** The number of triples. */
  public int tripleCount() {
    return heads.length;
  }
}
