package org.espalier.learning.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A folder of tab-separated files with a header line each: {@code train.tsv}, {@code valid.tsv} and
 * {@code test.tsv} (columns {@code user item}, optional {@code rating timestamp}), and where present
 * {@code kg.tsv} ({@code head relation tail}), {@code link.tsv} ({@code item entity}), {@code
 * users.tsv} ({@code user …}) and {@code items.tsv} ({@code item …}), the last two with attributes.
 * Further columns are ignored.
 *
 * <p>Every user and item that any of the files names has an id, in the order of first appearance.
 * Times below 10¹¹ are seconds since 1970, others milliseconds.
 *
 * @param users tokens of the users
 * @param items tokens of the items
 */
public record DataFolder(
    Vocabulary users,
    Vocabulary items,
    Interactions train,
    Interactions valid,
    Interactions test,
    Optional<KnowledgeGraph> knowledgeGraph,
    Optional<AttributeTable> userAttributes,
    Optional<AttributeTable> itemAttributes) {

  /**
   * Reads the whole folder.
   *
   * @throws DataException when a file, a column or all rows are missing, or a line is bad
   */
  public static DataFolder open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw DataException.in(folder, "no such folder");
    }
    return new FolderReader(folder).read();
  }
}
