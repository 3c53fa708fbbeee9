package org.espalier.service.ranking;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/admin/experiments}. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class ExperimentController {

  private final Experiments experiments;

  ExperimentController(Experiments experiments) {
    this.experiments = experiments;
  }

  @Fails({
    ProblemCode.INVALID_ID,
    ProblemCode.UNKNOWN_GENERATION,
    ProblemCode.NOT_SERVABLE,
    ProblemCode.EXPERIMENT_CONFLICT
  })
  @Operation(
      operationId = "putExperiment",
      summary = "Begin or change an experiment",
      description =
          "Users are split by a hash of salt and id, which stays; rankings say which variant answered. Answers once the"
              + " generations are in memory. One experiment is under way at a time.")
  @PutMapping(
      path = "/v1/admin/experiments/{id}",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  ExperimentView put(
      @Parameter(
              description = "the experiment's name",
              schema = @Schema(pattern = "[A-Za-z0-9_.-]{1,64}", maxLength = 64))
          @PathVariable
          String id,
      @RequestBody Experiment experiment) {
    return experiments.put(id, experiment);
  }

  @Operation(
      operationId = "listExperiments",
      summary = "List experiments: the one that is under way")
  @GetMapping(path = "/v1/admin/experiments", produces = MediaType.APPLICATION_JSON_VALUE)
  ExperimentList list() {
    return new ExperimentList(experiments.list());
  }

  @Fails(ProblemCode.UNKNOWN_EXPERIMENT)
  @Operation(operationId = "getExperiment", summary = "Read an experiment")
  @GetMapping(path = "/v1/admin/experiments/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  ExperimentView get(
      @Parameter(
              description = "the experiment's name",
              schema = @Schema(pattern = "[A-Za-z0-9_.-]{1,64}", maxLength = 64))
          @PathVariable
          String id) {
    return experiments.find(id);
  }

  @Fails({ProblemCode.INVALID_ID, ProblemCode.UNKNOWN_EXPERIMENT})
  @Operation(
      operationId = "deleteExperiment",
      summary = "End an experiment",
      description = "The active generation answers all.")
  @DeleteMapping("/v1/admin/experiments/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(
      @Parameter(
              description = "the experiment's name",
              schema = @Schema(pattern = "[A-Za-z0-9_.-]{1,64}", maxLength = 64))
          @PathVariable
          String id) {
    experiments.delete(id);
  }

  @Schema(name = "ExperimentList")
  record ExperimentList(List<ExperimentView> items) {}
}
