package org.espalier.service.generations;

import java.util.List;
import java.util.Optional;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

interface GenerationNoteRepository extends Repository<GenerationNote, Long> {

  GenerationNote save(GenerationNote note);

  List<GenerationNote> findByInstance(String instance);

  Optional<GenerationNote> findByInstanceAndGeneration(String instance, int generation);

  @Modifying
  @Query("delete from generation_note where instance = :instance and generation = :generation")
  int delete(String instance, int generation);
}
