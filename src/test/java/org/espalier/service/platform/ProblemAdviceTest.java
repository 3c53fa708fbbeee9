package org.espalier.service.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import org.espalier.embeddings.store.StoreException;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.ProblemException;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ProblemAdviceTest {

  /** Fails as it is told. */
  @RestController
  static final class FailingController {
    private Exception failure = new IllegalStateException("not told");

    @GetMapping("/fail")
    String fail() throws Exception {
      throw failure;
    }
  }

  private final FailingController controller = new FailingController();
  private final MockMvc mvc =
      MockMvcBuilders.standaloneSetup(controller)
          .setControllerAdvice(new StoreProblems(), new ProblemAdvice())
          .build();

  @Test
  void a_full_disk_is_507_and_says_that_nothing_was_stored() throws Exception {
    MockHttpServletResponse response =
        failWith(new StoreException(StoreException.Kind.DISK_FULL, "/data has 3 MB left"));
    assertProblem(response, ProblemCode.DISK_FULL);
    assertThat(response.getContentAsString()).contains("nothing").doesNotContain("/data");
  }

  @ParameterizedTest
  @CsvSource({
    "NO_SUCH_GENERATION, UNKNOWN_GENERATION",
    "STALE_GENERATION, STALE_GENERATION",
    "GENERATION_ACTIVE, GENERATION_ACTIVE"
  })
  void what_does_not_fit_the_generations_that_there_are_says_so(
      StoreException.Kind kind, ProblemCode code) throws Exception {
    MockHttpServletResponse response = failWith(new StoreException(kind, "generation 7"));
    assertProblem(response, code);
    assertThat(response.getContentAsString()).contains("generation 7");
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"DISK_FULL", "NO_SUCH_GENERATION", "STALE_GENERATION", "GENERATION_ACTIVE"})
  void any_other_fault_of_the_store_is_503_with_a_time_to_retry(StoreException.Kind kind)
      throws Exception {
    MockHttpServletResponse response = failWith(new StoreException(kind, "secret /path"));
    assertProblem(response, ProblemCode.UNAVAILABLE);
    assertThat(response.getHeader("Retry-After")).isEqualTo("5");
    assertThat(response.getContentAsString()).doesNotContain("secret");
  }

  @Test
  void a_fault_of_ours_is_500_and_tells_nothing_but_its_trace_id() throws Exception {
    MockHttpServletResponse response = failWith(new IllegalStateException("secret"));
    assertProblem(response, ProblemCode.INTERNAL_ERROR);
    assertThat(response.getContentAsString()).doesNotContain("secret", "IllegalState");
  }

  @Test
  void a_body_that_comes_too_slowly_is_408() throws Exception {
    IOException slow = new SocketTimeoutException("read timed out");
    assertProblem(failWith(slow), ProblemCode.REQUEST_TIMEOUT);
    assertProblem(failWith(JacksonIOException.construct(slow, null)), ProblemCode.REQUEST_TIMEOUT);
  }

  @ParameterizedTest
  @EnumSource
  void every_code_has_a_title_and_its_own_status(ProblemCode code) throws Exception {
    assertProblem(failWith(new ProblemException(code, "what to do")), code);
    assertThat(code.code()).matches("[a-z0-9_]+");
    assertThat(code.title()).isNotBlank();
    assertThat(code.status()).isBetween(400, 599);
  }

  private MockHttpServletResponse failWith(Exception failure) throws Exception {
    controller.failure = failure;
    return mvc.perform(MockMvcRequestBuilders.get("/fail")).andReturn().getResponse();
  }

  private static void assertProblem(MockHttpServletResponse response, ProblemCode code)
      throws Exception {
    assertThat(response.getContentType()).isEqualTo("application/problem+json");
    JsonNode problem = JsonMapper.shared().readTree(response.getContentAsString());
    assertThat(problem.get("code").asString()).isEqualTo(code.code());
    assertThat(problem.get("status").asInt())
        .isEqualTo(code.status())
        .isEqualTo(response.getStatus());
    assertThat(problem.get("trace_id").asString()).isEqualTo(response.getHeader("Trace-Id"));
  }
}
