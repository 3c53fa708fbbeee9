package org.espalier.service.upkeep;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import org.espalier.embeddings.store.StoreException;
import org.espalier.embeddings.store.StoreException.Kind;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a backup says of the control plane.
 *
 * @param format of this record
 * @param instance the data folder's name in the database
 * @param databaseSha256 of the copy of the database, in hexadecimal; empty when the database is on a server
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record BackupRecord(
    int format, String instance, @JsonProperty("database_sha256") String databaseSha256) {

  static final int FORMAT = 1;

  private static final JsonMapper JSON = JsonMapper.shared();

  static BackupRecord of(String instance, String databaseSha256) {
    return new BackupRecord(FORMAT, instance, databaseSha256);
  }

  boolean hasDatabase() {
    return !databaseSha256.isEmpty();
  }

  String json() {
    return JSON.writeValueAsString(this) + "\n";
  }

  /**
   * @throws StoreException DAMAGED, NEWER_FORMAT
   */
  static BackupRecord read(Path file) throws IOException {
    try {
      BackupRecord record = JSON.readValue(Files.readString(file), BackupRecord.class);
      if (record.format() > FORMAT) {
        throw new StoreException(
            Kind.NEWER_FORMAT,
            "%s has format %d, this version reads up to %d; restore it with a newer Espalier"
                .formatted(file, record.format(), FORMAT));
      }
      UUID named = UUID.fromString(record.instance());
      return new BackupRecord(record.format(), named.toString(), record.databaseSha256().strip());
    } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
      throw new StoreException(
          Kind.DAMAGED, file + " is damaged; restore another backup, or add --without-database", e);
    }
  }

  /** In hexadecimal. */
  static String sha256(Path file) throws IOException {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(Files.newInputStream(file), sha256)) {
        in.transferTo(OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
