package org.espalier.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.espalier.service.platform.EspalierApplication;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.ProblemCode;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;

/** A service that has keys. */
@DisplayNameGeneration(ReplaceUnderscores.class)
@TestInstance(Lifecycle.PER_CLASS)
class AccessHttpTest {

  private static final String CONFIGURED = "configured-by-the-test-0123456789abcdef";
  private static final String WRONG = "esp_0123456789ab_" + "A".repeat(43);

  /** Routes that change nothing although they are asked by POST. */
  private static final Set<String> READING_POSTS =
      Set.of("/v1/rank", "/v1/recommend", "/v1/recommend:batch", "/v1/embeddings:lookup");

  @TempDir static Path data;

  private @Nullable ConfigurableApplicationContext context;
  private String base = "";

  /** By what they are. */
  private final Map<String, String> keys = new LinkedHashMap<>();

  private record Route(RequestMethod method, String path, Scope scope) {
    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  @BeforeAll
  void startWithKeys() {
    context =
        EspalierApplication.run(
            "--server.port=0",
            "--espalier.data-dir=" + data,
            "--espalier.ranking.warm-up=0ms",
            "--espalier.access.admin-key=" + CONFIGURED,
            "--espalier.limits.body-time=1s",
            "--espalier.catalogue.require-if-match=true",
            "--espalier.access.failures-per-minute=100000");
    base = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    while (send("GET", "/v1/admin/keys", CONFIGURED, "").status() == 503) {
      LockSupport.parkNanos(20_000_000); // the database opens beside the start
    }
    keys.put("wrong", WRONG);
    keys.put("expired", make("expired", "\"admin\"", Instant.now().plusSeconds(2)));
    keys.put("revoked", make("revoked", "\"admin\"", null));
    keys.put("read", make("read", "\"read\"", null));
    keys.put("write", make("write", "\"write\"", null));
    keys.put("read and write", make("both", "\"read\",\"write\"", null));
    keys.put("admin", make("admin", "\"admin\"", null));
    keys.put("configured", CONFIGURED);
    send("DELETE", "/v1/admin/keys/" + id("revoked"), CONFIGURED, "").assertStatus(200);
    while (send("GET", "/v1/items/x", keys.get("expired"), "").status() != 401) {
      LockSupport.parkNanos(20_000_000);
    }
  }

  @AfterAll
  void stop() {
    if (context != null) {
      context.close();
    }
  }

  @TestFactory
  Stream<DynamicTest> every_route_takes_the_keys_that_have_its_scope_and_no_others() {
    return routes().stream()
        .map(route ->
            dynamicTest(
                route.toString(),
                () -> {
                  ask(route, null).assertProblem(ProblemCode.KEY_MISSING);
                  ask(route, "wrong").assertProblem(ProblemCode.KEY_INVALID);
                  ask(route, "expired").assertProblem(ProblemCode.KEY_EXPIRED);
                  ask(route, "revoked").assertProblem(ProblemCode.KEY_REVOKED);
                  assertScope(route, "read", route.scope == Scope.READ);
                  assertScope(route, "write", route.scope == Scope.WRITE);
                  assertScope(route, "read and write", route.scope != Scope.ADMIN);
                  assertScope(route, "admin", true);
                  assertScope(route, "configured", true);
                }));
  }

  private void assertScope(Route route, String key, boolean allowed) {
    Answer answer = ask(route, key);
    if (allowed) {
      assertThat(answer.status()).as(key + ": " + answer.body()).isNotIn(401, 403, 429, 500);
    } else {
      answer.assertProblem(ProblemCode.SCOPE_MISSING);
      assertThat(answer.header("WWW-Authenticate"))
          .contains("error=\"insufficient_scope\"", "scope=\"" + route.scope.text() + "\"");
    }
  }

  /** With a body that no route takes, so that nothing is changed. */
  private Answer ask(Route route, @Nullable String key) {
    return send(
        route.method.name(),
        route.path.replaceAll("\\{[^}]*}", "0"),
        key == null ? null : keys.get(key),
        "{");
  }

  private List<Route> routes() {
    RequestMappingHandlerMapping mapping =
        Objects.requireNonNull(context)
            .getBean("requestMappingHandlerMapping", RequestMappingHandlerMapping.class);
    List<Route> routes = new ArrayList<>();
    mapping
        .getHandlerMethods()
        .forEach((info, handler) -> {
          Scope scope = scope(handler);
          for (String path : info.getPatternValues()) {
            Set<RequestMethod> methods = info.getMethodsCondition().getMethods();
            (methods.isEmpty() ? Set.of(RequestMethod.GET) : methods)
                .forEach(method -> routes.add(new Route(method, path, scope)));
          }
        });
    assertThat(routes).hasSizeGreaterThan(40);
    return routes;
  }

  private static Scope scope(HandlerMethod handler) {
    if (handler.getBeanType().getName().startsWith("org.springdoc.")) {
      return Scope.READ;
    }
    Needs onMethod = AnnotatedElementUtils.findMergedAnnotation(handler.getMethod(), Needs.class);
    Needs onType = AnnotatedElementUtils.findMergedAnnotation(handler.getBeanType(), Needs.class);
    Needs needs = onMethod == null ? onType : onMethod;
    assertThat(needs).as("the scope of " + handler).isNotNull();
    return Objects.requireNonNull(needs).value();
  }

  @Test
  void scopes_follow_what_routes_do() {
    for (Route route : routes()) {
      Scope wanted =
          route.path.startsWith("/v1/admin/")
              ? Scope.ADMIN
              : route.method == RequestMethod.GET || READING_POSTS.contains(route.path)
                  ? Scope.READ
                  : Scope.WRITE;
      assertThat(route.scope).as(route.toString()).isEqualTo(wanted);
    }
  }

  @Test
  void probes_need_no_key_and_say_nothing_more_than_up() {
    for (String probe : new String[] {"liveness", "readiness"}) {
      for (String key : new String[] {null, WRONG}) {
        Answer answer = send("GET", "/actuator/health/" + probe, key, "").assertStatus(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"UP\"}");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/actuator/prometheus", "/actuator/health", "/swagger-ui/index.html"})
  void what_tells_of_the_service_needs_the_scope_read(String path) {
    send("GET", path, null, "").assertProblem(ProblemCode.KEY_MISSING);
    send("GET", path, WRONG, "").assertProblem(ProblemCode.KEY_INVALID);
    send("GET", path, keys.get("write"), "").assertProblem(ProblemCode.SCOPE_MISSING);
    send("GET", path, keys.get("read"), "").assertStatus(200);
  }

  @ParameterizedTest
  @CsvSource({
    "/nothing, GET",
    "/v1/admin/nothing, POST",
    "/v1/items/%2E%2E, PUT",
    "/v1//admin/keys, GET",
    "/v1/admin/keys/, GET",
    "/v1/items/..%2F..%2Fadmin%2Fkeys, GET",
    "/v1/items/%2e%2e/%2e%2e/admin/keys, GET",
    "/V1/ADMIN/KEYS, GET",
    "/actuator/health/liveness/, GET",
    "/actuator/health/livenessState, GET",
    "/error, GET",
    "/v1/admin/keys, OPTIONS",
    "/v1/admin/keys, HEAD"
  })
  void no_spelling_of_a_path_gets_past_the_keys(String path, String method) {
    assertThat(send(method, path, null, "").status()).isEqualTo(401);
    assertThat(send(method, path, WRONG, "").status()).isEqualTo(401);
    assertThat(send(method, path, keys.get("read"), "").body()).doesNotContain("key_id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/actuator/health/liveness%2F",
        "/actuator/health/liveness/..%2freadiness",
        "/actuator/health/%6Civeness"
      })
  void no_name_below_actuator_is_encoded(String path) {
    send("GET", path, null, "").assertProblem(ProblemCode.UNKNOWN_ROUTE);
    send("GET", path, CONFIGURED, "").assertProblem(ProblemCode.UNKNOWN_ROUTE);
  }

  @Test
  void a_key_may_come_in_either_header_but_not_in_both() {
    String key = Objects.requireNonNull(keys.get("read"));
    assertThat(with("X-API-Key", key).status()).isEqualTo(404);
    assertThat(with("Authorization", "bearer " + key).status()).isEqualTo(404);
    with("X-API-Key", key, "Authorization", "Bearer " + key).assertProblem(ProblemCode.KEY_INVALID);
    for (String other : new String[] {"Basic dXNlcjpwYXNz", key, "Bearer", "Bearer  ", ""}) {
      with("Authorization", other).assertProblem(ProblemCode.KEY_INVALID);
    }
    with("X-API-Key", "").assertProblem(ProblemCode.KEY_INVALID);
    with("X-API-Key", key + "x").assertProblem(ProblemCode.KEY_INVALID);
    with("X-API-Key", key.substring(0, key.length() - 1)).assertProblem(ProblemCode.KEY_INVALID);
    with("X-API-Key", key.replace(key.charAt(30), key.charAt(30) == 'a' ? 'b' : 'a'))
        .assertProblem(ProblemCode.KEY_INVALID);
    with("Cookie", "key=" + key).assertProblem(ProblemCode.KEY_MISSING);
    assertThat(send("GET", "/v1/items/x?key=" + key + "&access_token=" + key, null, "").status())
        .isEqualTo(401);
    assertThat(with("X-API-Key", WRONG).header("WWW-Authenticate"))
        .isEqualTo("Bearer realm=\"espalier\", error=\"invalid_token\"");
  }

  @Test
  void no_page_of_another_origin_may_ask() {
    Answer preflight =
        send(
            HttpRequest.newBuilder(URI.create(base + "/v1/events"))
                .header("Origin", "https://elsewhere.example")
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization")
                .method("OPTIONS", BodyPublishers.noBody()));
    assertThat(preflight.status()).isEqualTo(401);
    assertThat(preflight.headers().map().keySet())
        .noneMatch(name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
  }

  @Test
  void a_key_is_listed_without_its_secret_and_stored_as_a_hash() throws Exception {
    String list = send("GET", "/v1/admin/keys", CONFIGURED, "").assertStatus(200).body();
    String audit = send("GET", "/v1/admin/audit", CONFIGURED, "").assertStatus(200).body();
    Path copy = data.resolve("control/keys.json");
    for (String key : keys.values()) {
      // esp_<id>_<secret>; a secret may have a "_" too, and the configured key is secret as a whole
      String secret = key.startsWith("esp_") ? key.split("_", 3)[2] : key;
      assertThat(list + audit + Files.readString(copy)).doesNotContain(secret);
    }
    assertThat(list).contains("\"status\":\"revoked\"", "\"status\":\"expired\"");
    assertThat(audit)
        .contains("key.create", "key.revoke", "\"caller\":\"configured key\"")
        .doesNotContain("\"caller\":\"local\"");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
        .isEqualTo("rw-------");
  }

  @Test
  void whoever_changes_something_is_in_the_audit_log_by_the_keys_name() {
    send("POST", "/v1/admin/jobs/1:cancel", keys.get("admin"), "");
    assertThat(send("GET", "/v1/admin/audit", keys.get("admin"), "").body())
        .contains("\"caller\":\"admin (key %s)\"".formatted(id("admin")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|MISSING_FIELD",
        "{\"name\":\"x\"}|MISSING_FIELD",
        "{\"name\":\"x\",\"scopes\":[]}|MISSING_FIELD",
        "{\"name\":null,\"scopes\":[\"read\"]}|MISSING_FIELD",
        "{\"name\":\"x\",\"scopes\":null}|MISSING_FIELD",
        "{\"name\":\"x\",\"scopes\":[\"root\"]}|INVALID_VALUE",
        "{\"name\":\"x\",\"scopes\":\"read\"}|INVALID_TYPE",
        "{\"name\":\"\",\"scopes\":[\"read\"]}|INVALID_VALUE",
        "{\"name\":\"a\\nb\",\"scopes\":[\"read\"]}|INVALID_VALUE",
        "{\"name\":\"x\",\"scopes\":[\"read\"],\"expires_at\":\"soon\"}|INVALID_TIMESTAMP",
        "{\"name\":\"x\",\"scopes\":[\"read\"],\"expires_at\":\"2020-01-01T00:00:00Z\"}|INVALID_VALUE",
        "{\"name\":\"x\",\"scopes\":[\"read\"],\"expires_at\":\"9999-01-01T00:00:00Z\"}|INVALID_VALUE",
        "{\"name\":\"x\",\"scopes\":[\"read\"],\"requests_per_s\":0}|INVALID_VALUE",
        "{\"name\":\"x\",\"scopes\":[\"read\"],\"secret\":\"mine\"}|UNKNOWN_FIELD"
      })
  void a_bad_key_is_not_made(String body, ProblemCode code) {
    send("POST", "/v1/admin/keys", CONFIGURED, body).assertProblem(code);
  }

  @Test
  void a_key_that_is_used_too_often_has_to_wait_and_others_do_not() {
    String slow =
        send(
                "POST",
                "/v1/admin/keys",
                CONFIGURED,
                "{\"name\":\"slow\",\"scopes\":[\"read\"],\"requests_per_s\":1}")
            .assertStatus(201)
            .json()
            .get("key")
            .asString();
    Answer answer = send("GET", "/v1/items/x", slow, "");
    for (int i = 0; i < 20 && answer.status() != 429; i++) {
      answer = send("GET", "/v1/items/x", slow, "");
    }
    answer.assertProblem(ProblemCode.RATE_LIMITED);
    assertThat(answer.header("Retry-After")).isEqualTo("1");
    assertThat(send("GET", "/v1/items/x", keys.get("read"), "").status()).isEqualTo(404);
  }

  @Test
  void a_key_that_is_not_there_cannot_be_revoked() {
    send("DELETE", "/v1/admin/keys/nothing", CONFIGURED, "").assertProblem(ProblemCode.UNKNOWN_KEY);
  }

  @Test
  void where_versions_are_asked_for_a_record_is_not_changed_without_one() {
    String key = keys.get("read and write");
    String path = "/v1/items/guarded";
    String tag = send("PUT", path, key, "{}").assertStatus(201).header("ETag");
    for (String method : new String[] {"PUT", "PATCH", "DELETE"}) {
      send(method, path, key, method.equals("DELETE") ? "" : "{\"hidden\":true}")
          .assertProblem(ProblemCode.VERSION_MISSING);
    }
    assertThat(send("GET", path, key, "").header("ETag")).isEqualTo(tag);
    send(HttpRequest.newBuilder(URI.create(base + path))
            .headers("X-API-Key", Objects.requireNonNull(key), "If-Match", tag)
            .DELETE())
        .assertStatus(204);
  }

  @Test
  void a_body_that_drips_in_is_given_up_although_the_connection_is_never_silent() throws Exception {
    try (RawHttp http = new RawHttp(URI.create(base).getPort())) {
      http.send(
          "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-API-Key: "
              + CONFIGURED
              + "\r\nContent-Length: 1000\r\n\r\n[");
      AtomicBoolean answered = new AtomicBoolean();
      Thread drip =
          Thread.startVirtualThread(() -> {
            try {
              while (!answered.get()) {
                http.send(" ");
                LockSupport.parkNanos(50_000_000);
              }
            } catch (IOException e) {
              // the service has closed the connection
            }
          });
      http.answer().assertProblem(ProblemCode.REQUEST_TIMEOUT);
      answered.set(true);
      drip.join();
    }
  }

  @Test
  void a_thousand_idle_connections_keep_nobody_out() throws Exception {
    List<RawHttp> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        RawHttp connection = new RawHttp(URI.create(base).getPort());
        idle.add(connection);
        if (i % 2 == 0) {
          connection.send("GET /v1/items/x HTTP/1.1\r\nHost:"); // and never the rest
        }
      }
      assertThat(send("GET", "/v1/items/x", keys.get("read"), "").status()).isEqualTo(404);
    } finally {
      for (RawHttp connection : idle) {
        connection.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/items/a%0D%0ASet-Cookie:%20x=y HTTP/1.1\r\nHost: a\r\nX-API-Key: KEY\r\n\r\n",
        "GET /v1/items?cursor=%0D%0ASet-Cookie:%20x=y HTTP/1.1\r\nHost: a\r\nX-API-Key: KEY\r\n\r\n",
        "GET /v1/items/a HTTP/1.1\r\nHost: a\r\nX-API-Key: KEY\r\ntraceparent: x\r\n Set-Cookie: x=y\r\n\r\n",
        "GET /v1/items/a HTTP/1.1\r\nHost: a\r\nX-API-Key: x\rSet-Cookie: x=y\r\n\r\n",
        "GET /v1/items/a HTTP/1.1\r\nHost: a\r\nX-API-Key: x\u0000\r\n\r\n"
      })
  void nothing_that_is_sent_becomes_a_header_of_the_answer(String request) throws Exception {
    try (RawHttp http = new RawHttp(URI.create(base).getPort())) {
      Answer answer = http.send(request.replace("KEY", CONFIGURED)).answer();
      assertThat(answer.status()).isBetween(400, 404);
      assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
    }
  }

  private String make(String name, String scopes, @Nullable Instant expires) {
    String expiry = expires == null ? "" : ",\"expires_at\":\"" + expires + "\"";
    JsonNode made =
        send(
                "POST",
                "/v1/admin/keys",
                CONFIGURED,
                "{\"name\":\"%s\",\"scopes\":[%s]%s}".formatted(name, scopes, expiry))
            .assertStatus(201)
            .json();
    assertThat(made.get("key").asString())
        .matches("esp_" + made.get("key_id").asString() + "_[A-Za-z0-9_-]{43}");
    return made.get("key").asString();
  }

  private String id(String key) {
    return Objects.requireNonNull(keys.get(key)).substring(4, 16);
  }

  private Answer with(String... headers) {
    return send(HttpRequest.newBuilder(URI.create(base + "/v1/items/x")).headers(headers).GET());
  }

  private Answer send(String method, String path, @Nullable String key, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Content-Type", HttpTest.JSON)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return send(request);
  }

  private static Answer send(HttpRequest.Builder request) {
    return HttpTest.send(request);
  }
}
