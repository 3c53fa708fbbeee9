package org.espalier.service.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ControlCopyTest {

  @TempDir private Path temp;

  private static Connection open(FileDatabase database) throws Exception {
    return DriverManager.getConnection(
        database.getJdbcUrl(), database.getUsername(), database.getPassword());
  }

  @Test
  void a_copy_of_a_database_in_use_has_its_rows_and_the_keys_hashes() throws Exception {
    FileDatabase database = new FileDatabase(temp.resolve("control"));
    ControlCopy copies =
        new ControlCopy(
            database,
            new DriverManagerDataSource(
                database.getJdbcUrl(), database.getUsername(), database.getPassword()));
    Path copy = temp.resolve("copy.zip");
    assertThat(copies.write(copy)).as("it was never opened").isFalse();
    assertThat(copy).doesNotExist();

    try (Connection inUse = open(database);
        Statement statement = inUse.createStatement()) {
      statement.execute("create table thing (id integer)");
      statement.execute("insert into thing values (7)");
      Files.writeString(temp.resolve("control/keys.json"), "[\"hash\"]");
      assertThat(copies.write(copy)).isTrue();
      statement.execute("insert into thing values (8)");
    }

    Path restored = temp.resolve("restored");
    ControlCopy.restore(copy, restored);
    assertThat(restored.resolve("keys.json")).hasContent("[\"hash\"]");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(restored.resolve("keys.json"))))
        .isEqualTo("rw-------");
    try (Connection connection = open(new FileDatabase(restored));
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select sum(id) from thing")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(7);
    }
  }

  @Test
  void what_is_no_copy_is_refused_and_leaves_the_folder() throws Exception {
    Path copy = temp.resolve("copy.zip");
    try (OutputStream file = Files.newOutputStream(copy);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.putNextEntry(new ZipEntry("../elsewhere"));
    }
    assertThatThrownBy(() -> ControlCopy.restore(copy, temp.resolve("restored")))
        .hasMessageContaining("copy.zip is damaged; restore another backup");
    assertThat(temp.resolve("elsewhere")).doesNotExist();
    Files.writeString(copy, "no zip at all");
    assertThatThrownBy(() -> ControlCopy.restore(copy, temp.resolve("again")))
        .hasMessageContaining("copy.zip is damaged");
  }
}
