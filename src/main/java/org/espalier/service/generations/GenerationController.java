package org.espalier.service.generations;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.media.Schema.RequiredMode;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.OptionalInt;
import org.espalier.service.control.Page;
import org.espalier.service.wire.Fails;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/admin/generations}. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class GenerationController {

  private final GenerationAdmin generations;
  private final Comparisons comparisons;

  GenerationController(GenerationAdmin generations, Comparisons comparisons) {
    this.generations = generations;
    this.comparisons = comparisons;
  }

  @Operation(operationId = "listGenerations", summary = "List generations, newest first")
  @GetMapping(path = "/v1/admin/generations", produces = MediaType.APPLICATION_JSON_VALUE)
  GenerationPage list(
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(defaultValue = "100") int limit) {
    Page page = Page.of(cursor, limit);
    List<GenerationView> found =
        generations.list().stream()
            .filter(generation -> generation.generation() < page.before())
            .limit(page.limit() + 1L)
            .toList();
    return new GenerationPage(page.cut(found), page.next(found, GenerationView::generation));
  }

  @Fails(ProblemCode.UNKNOWN_GENERATION)
  @Operation(operationId = "getGeneration", summary = "Read a generation")
  @GetMapping(
      path = "/v1/admin/generations/{generation}",
      produces = MediaType.APPLICATION_JSON_VALUE)
  GenerationView get(
      @Parameter(
              description = "the generation's number",
              schema = @Schema(pattern = "\\d{1,9}", maxLength = 9))
          @PathVariable
          String generation) {
    return generations.find(number(generation));
  }

  @Fails({ProblemCode.UNKNOWN_GENERATION, ProblemCode.STALE_GENERATION, ProblemCode.NOT_SERVABLE})
  @Operation(
      operationId = "activateGeneration",
      summary = "Activate a generation, or roll back to it",
      description =
          "It is loaded beside the one that serves, and answers from the next request on; no request is dropped."
              + " expected_current is the one that the caller has seen as active, null for none: when another one is"
              + " active by then, nothing changes.")
  @PostMapping(
      path = "/v1/admin/generations/{generation}:activate",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  GenerationView activate(
      @Parameter(
              description = "the generation's number",
              schema = @Schema(pattern = "\\d{1,9}", maxLength = 9))
          @PathVariable
          String generation,
      @RequestBody ActivateRequest request) {
    Integer expected = request.expectedCurrent();
    return generations.activate(
        number(generation), expected == null ? OptionalInt.empty() : OptionalInt.of(expected));
  }

  @Fails(ProblemCode.UNKNOWN_GENERATION)
  @Operation(
      operationId = "pinGeneration",
      summary = "Pin a generation, so that nobody deletes it, or let it go")
  @PutMapping(
      path = "/v1/admin/generations/{generation}:pin",
      consumes = MediaType.APPLICATION_JSON_VALUE,
      produces = MediaType.APPLICATION_JSON_VALUE)
  GenerationView pin(
      @Parameter(
              description = "the generation's number",
              schema = @Schema(pattern = "\\d{1,9}", maxLength = 9))
          @PathVariable
          String generation,
      @RequestBody PinRequest request) {
    return generations.pin(number(generation), request.pinned(), request.reason());
  }

  @Fails({
    ProblemCode.UNKNOWN_GENERATION,
    ProblemCode.GENERATION_ACTIVE,
    ProblemCode.GENERATION_PINNED,
    ProblemCode.GENERATION_IN_USE
  })
  @Operation(
      operationId = "deleteGeneration",
      summary = "Delete a generation",
      description =
          "Refused for the active one, for pinned ones, and for those that an experiment serves.")
  @DeleteMapping("/v1/admin/generations/{generation}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(
      @Parameter(
              description = "the generation's number",
              schema = @Schema(pattern = "\\d{1,9}", maxLength = 9))
          @PathVariable
          String generation) {
    generations.delete(number(generation));
  }

  @Fails({ProblemCode.UNKNOWN_GENERATION, ProblemCode.NOT_SERVABLE})
  @Operation(
      operationId = "compareGenerations",
      summary = "Compare two generations",
      description =
          "Metrics, sizes and bytes side by side; how much of each other's top k they have, over users that both know;"
              + " and the items that enter and leave those rankings most.")
  @GetMapping(path = "/v1/admin/generations:compare", produces = MediaType.APPLICATION_JSON_VALUE)
  Comparison compare(
      @Parameter(
              description = "number of generation a",
              schema = @Schema(pattern = "\\d{1,9}", maxLength = 9))
          @RequestParam
          String a,
      @Parameter(
              description = "number of generation b",
              schema = @Schema(pattern = "\\d{1,9}", maxLength = 9))
          @RequestParam
          String b,
      @Parameter(
              description = "length of the rankings that are compared",
              schema =
                  @Schema(
                      type = "integer",
                      format = "int32",
                      defaultValue = "20",
                      minimum = "1",
                      maximum = "100"))
          @RequestParam(defaultValue = "20")
          int k,
      @Parameter(
              description = "how many users to ask about",
              schema =
                  @Schema(
                      type = "integer",
                      format = "int32",
                      defaultValue = "200",
                      minimum = "1",
                      maximum = "1000"))
          @RequestParam(defaultValue = "200")
          int users,
      @Parameter(
              description = "of the choice of users",
              schema =
                  @Schema(
                      type = "integer",
                      format = "int64",
                      defaultValue = "1",
                      minimum = "-9223372036854775808",
                      maximum = "9223372036854775807"))
          @RequestParam(defaultValue = "1")
          long seed) {
    return comparisons.compare(number(a), number(b), k, users, seed);
  }

  private static int number(String text) {
    if (!text.matches("\\d{1,9}")) {
      throw new ProblemException(
          ProblemCode.UNKNOWN_GENERATION,
          "generations have numbers; list them to see which there are");
    }
    return Integer.parseInt(text);
  }

  @Schema(name = "GenerationPage")
  record GenerationPage(
      List<GenerationView> items, @JsonProperty("next_cursor") @Nullable String nextCursor) {}

  @Schema(name = "ActivateRequest")
  record ActivateRequest(
      @Schema(
              requiredMode = RequiredMode.REQUIRED,
              example = "2",
              minimum = "1",
              maximum = "999999999")
          @JsonProperty(value = "expected_current", required = true)
          @Nullable Integer expectedCurrent) {}

  @Schema(name = "PinRequest")
  record PinRequest(
      @Schema(requiredMode = RequiredMode.REQUIRED) @JsonProperty(required = true) boolean pinned,
      @Schema(description = "one line", maxLength = 500) @Nullable String reason) {}
}
