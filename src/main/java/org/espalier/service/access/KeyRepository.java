package org.espalier.service.access;

import java.util.List;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

interface KeyRepository extends Repository<KeyRow, Long> {

  KeyRow save(KeyRow row);

  /** Oldest first; revoked ones too. */
  @Query("select * from api_key where instance = :instance order by id")
  List<KeyRow> all(String instance);

  @Modifying
  @Query(
      """
      update api_key set revoked_ms = :nowMs
      where instance = :instance and key_id = :keyId and revoked_ms is null
      """)
  int revoke(String instance, String keyId, long nowMs);
}
