package org.espalier.service.control;

import java.util.List;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

interface AuditRepository extends Repository<AuditEntry, Long> {

  AuditEntry save(AuditEntry entry);

  @Modifying
  @Query("update audit_entry set outcome = :outcome where id = :id")
  int end(long id, String outcome);

  /** Newest first. */
  @Query(
      "select * from audit_entry where instance = :instance and id < :before order by id desc limit :count")
  List<AuditEntry> page(String instance, long before, int count);
}
