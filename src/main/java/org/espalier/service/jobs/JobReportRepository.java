package org.espalier.service.jobs;

import java.util.List;
import java.util.Optional;
import org.springframework.data.jdbc.repository.query.Modifying;
import org.springframework.data.jdbc.repository.query.Query;
import org.springframework.data.repository.Repository;

interface JobReportRepository extends Repository<JobReport, Long> {

  JobReport save(JobReport report);

  Optional<JobReport> findByJobAndName(long job, String name);

  @Query("select name from job_report where job = :job order by name")
  List<String> names(long job);

  @Modifying
  @Query("delete from job_report where job = :job and name = :name")
  int delete(long job, String name);
}
