package org.espalier.service.ranking;

import java.util.Optional;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

interface ExperimentRepository extends Repository<ExperimentRow, Long> {

  ExperimentRow save(ExperimentRow row);

  Optional<ExperimentRow> findByInstance(String instance);

  @Modifying
  @Query("delete from experiment where instance = :instance and name = :name")
  int delete(String instance, String name);
}
