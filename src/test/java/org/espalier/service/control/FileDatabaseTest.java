package org.espalier.service.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What H2 keeps when its process dies: a copy of the file while it is open is what a kill leaves behind. */
class FileDatabaseTest {

  private static final int SESSIONS = 40;

  @TempDir private Path folder;
  private final List<Connection> connections = new ArrayList<>();

  @AfterEach
  void close() throws SQLException {
    for (Connection connection : connections) {
      connection.close();
    }
  }

  /** Room that is free again is used at once, so that sessions seldom go on where the last one ended. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void what_was_committed_survives_any_number_of_crashes(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    Set<Integer> committed = new TreeSet<>();
    Path last = null;
    for (int session = 0; session < SESSIONS; session++) {
      Path now = Files.createDirectory(folder.resolve("session-" + session));
      if (last != null) {
        Files.copy(last.resolve(FileDatabase.FILE), now.resolve(FileDatabase.FILE));
      }
      Connection connection = open(now, ";RETENTION_TIME=0");
      assertThat(ids(connection)).as("session %d", session).isEqualTo(committed);
      for (int row = 1 + random.nextInt(12); row > 0; row--) {
        insert(connection, committed.size(), "x".repeat(random.nextInt(20_000)));
        committed.add(committed.size());
        if (random.nextInt(3) == 0) {
          shorten(connection, committed.size() - 3);
        }
      }
      last = now;
    }
  }

  @Test
  void a_folder_may_have_an_odd_name() throws Exception {
    Path odd = Files.createDirectory(folder.resolve("a b%20c=é"));
    Connection connection = open(odd, "");
    insert(connection, 0, "");
    assertThat(new FileDatabase(odd).exists()).isTrue();
    assertThat(ids(connection)).containsExactly(0);
  }

  private Connection open(Path at, String more) throws SQLException {
    FileDatabase database = new FileDatabase(at);
    Connection connection =
        DriverManager.getConnection(
            database.getJdbcUrl() + more, database.getUsername(), database.getPassword());
    connections.add(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute("create table if not exists job(id int primary key, note varchar)");
    }
    return connection;
  }

  private static Set<Integer> ids(Connection connection) throws SQLException {
    Set<Integer> ids = new TreeSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select id from job")) {
      while (rows.next()) {
        ids.add(rows.getInt(1));
      }
    }
    return ids;
  }

  private static void insert(Connection connection, int id, String note) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("insert into job values (?, ?)")) {
      statement.setInt(1, id);
      statement.setString(2, note);
      statement.executeUpdate();
    }
  }

  private static void shorten(Connection connection, int below) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("update job set note = '' where id < ?")) {
      statement.setInt(1, below);
      statement.executeUpdate();
    }
  }
}
