package org.espalier.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.espalier.helm.Manifest.all;
import static org.espalier.helm.Manifest.at;
import static org.espalier.helm.Manifest.map;

import com.marcnuri.helm.Helm;
import io.kubernetes.client.openapi.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ChartTest {

  /** What the caller of a chart brings along, by the values that name it. */
  private static final Set<String> GIVEN =
      Set.of(
          "vault-keys", "espalier-database", "kafka-sasl", "saved-backups", "pull", "ranking-tls");

  /** Names of metrics in an expression whose strings were taken out: those before a selector, and no functions. */
  private static final Pattern METRIC = Pattern.compile("\\b[a-z]\\w*(?=\\{)|\\bkubelet_\\w+");

  private static final Map<String, List<Manifest>> RENDERED = new TreeMap<>();

  @BeforeAll
  static void render_all() throws IOException {
    new JSON(); // fills the tables that validation reads
    try (var _ = FakeCluster.without();
        Stream<Path> files = Files.list(Path.of("test", "resources", "values"))) {
      files.forEach(file -> RENDERED.put(file.getFileName().toString(), Chart.render(file)));
    }
    assertThat(RENDERED).hasSizeGreaterThanOrEqualTo(10);
  }

  static Set<String> sets() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("test", "resources", "values"))) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  private static List<Manifest> objects(String set) {
    return Objects.requireNonNull(RENDERED.get(set));
  }

  @Test
  void helm_has_nothing_to_say_of_it() {
    var result = new Helm(Chart.FOLDER).lint().strict().call();
    assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void every_object_is_what_kubernetes_knows(String set) throws IOException {
    for (Manifest object : objects(set)) {
      if (object.isBuiltIn()) {
        object.requireValid();
      } else {
        assertThat(object.kind()).isIn("ServiceMonitor", "PrometheusRule");
      }
      assertThat(object.name()).matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?").hasSizeLessThan(64);
      assertThat(map(at(object.fields(), "metadata", "labels")).get("app.kubernetes.io/instance"))
          .isEqualTo(Chart.RELEASE);
      if (object.kind().equals("CronJob")) {
        assertThat(object.name()).hasSizeLessThanOrEqualTo(52);
      }
    }
    assertThat(objects(set).stream().map(object -> object.kind() + "/" + object.name()))
        .doesNotHaveDuplicates();
  }

  @Test
  void the_check_itself_finds_a_wrong_name_a_wrong_type_and_a_missing_field() {
    for (String wrong :
        List.of(
            "{kind: Service, metadata: {name: x}, spec: {ports: [{prot: 1}]}}",
            "{kind: Service, metadata: {name: x}, spec: {type: [ClusterIP]}}",
            "{kind: StatefulSet, metadata: {name: x}, spec: {serviceName: x}}")) {
      Manifest object = new Manifest(map(Chart.yaml().<Object>load(wrong)));
      assertThatThrownBy(object::requireValid).as(wrong).isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void every_pod_is_hardened(String set) {
    int pods = 0;
    for (Manifest object : objects(set)) {
      for (Map<?, ?> pod : object.podSpecs()) {
        pods++;
        assertThat(pod.get("automountServiceAccountToken")).isEqualTo(false);
        assertThat(at(pod, "securityContext", "runAsNonRoot")).isEqualTo(true);
        assertThat(at(pod, "securityContext", "seccompProfile", "type"))
            .isEqualTo("RuntimeDefault");
        for (Map<?, ?> container : Manifest.containers(pod)) {
          Map<?, ?> security = map(at(container, "securityContext"));
          assertThat(security.get("readOnlyRootFilesystem")).isEqualTo(true);
          assertThat(security.get("allowPrivilegeEscalation")).isEqualTo(false);
          assertThat(at(security, "capabilities", "drop")).isEqualTo(List.of("ALL"));
          assertThat(at(container, "resources", "limits", "memory")).isNotNull();
          assertThat(String.valueOf(container.get("image")))
              .contains(":")
              .doesNotEndWith(":latest");
          assertThat(all(container, "mountPath")).contains("/tmp");
        }
      }
    }
    assertThat(pods).isGreaterThanOrEqualTo(2); // the service and the test
  }

  @ParameterizedTest
  @MethodSource("sets")
  void whatever_is_referred_to_is_there(String set) {
    Set<String> known = new HashSet<>(GIVEN);
    objects(set).forEach(object -> known.add(object.name()));
    for (Manifest object : objects(set)) {
      for (Map<?, ?> pod : object.podSpecs()) {
        for (String reference : List.of("secretKeyRef", "secretRef", "configMap")) {
          for (Object found : all(pod, reference)) {
            assertThat(known).contains(String.valueOf(map(found).get("name")));
          }
        }
        assertThat(known).contains(String.valueOf(pod.get("serviceAccountName")));
        all(pod, "claimName").forEach(claim -> assertThat(known).contains(String.valueOf(claim)));
        Set<Object> volumes = new HashSet<>();
        for (Object list : all(pod, "volumes")) {
          ((List<?>) list).forEach(volume -> volumes.add(at(volume, "name")));
        }
        if (object.kind().equals("StatefulSet")
            && map(at(object.fields(), "spec")).get("volumeClaimTemplates")
                instanceof List<?> claims) {
          claims.forEach(claim -> volumes.add(at(claim, "metadata", "name")));
        }
        for (Object mounts : all(pod, "volumeMounts")) {
          ((List<?>) mounts).forEach(mount -> assertThat(volumes).contains(at(mount, "name")));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void services_and_policies_select_the_pods(String set) {
    Manifest pods = only(set, "StatefulSet");
    Map<?, ?> labels = map(at(pods.fields(), "spec", "template", "metadata", "labels"));
    for (Manifest object : objects(set)) {
      Object selector =
          switch (object.kind()) {
            case "Service" -> at(object.fields(), "spec", "selector");
            case "StatefulSet", "PodDisruptionBudget" ->
                at(object.fields(), "spec", "selector", "matchLabels");
            case "NetworkPolicy" -> at(object.fields(), "spec", "podSelector", "matchLabels");
            default -> Map.of();
          };
      assertThat(labels.entrySet().containsAll(map(selector).entrySet())).isTrue();
      assertThat(map(selector).isEmpty())
          .isEqualTo(
              !List.of("Service", "StatefulSet", "PodDisruptionBudget", "NetworkPolicy")
                  .contains(object.kind()));
    }
    assertThat(at(pods.fields(), "spec", "serviceName"))
        .isIn(objects(set).stream().map(Manifest::name).toList());
  }

  @ParameterizedTest
  @MethodSource("sets")
  void its_settings_are_settings_of_the_service(String set) throws IOException {
    String table = Files.readString(Path.of("..", "docs", "CONFIGURATION.md"));
    String text = String.valueOf(at(only(set, "ConfigMap").fields(), "data", "application.yml"));
    Map<?, ?> settings = map(Chart.yaml().<Object>load(text));
    assertThat(at(settings, "server", "address")).isEqualTo("0.0.0.0");
    requireKnown("espalier", map(at(settings, "espalier")), table);
  }

  private static void requireKnown(String prefix, Map<?, ?> settings, String table) {
    settings.forEach((key, value) -> {
      String path = prefix + "." + key;
      if (value instanceof Map<?, ?> deeper && !table.contains("`" + path + "`")) {
        requireKnown(path, deeper, table);
      } else {
        assertThat(table).contains("`" + path + "`");
      }
    });
  }

  @Test
  void every_replica_has_a_job_of_each_schedule() {
    assertThat(objects("production.yaml").stream().filter(o -> o.kind().equals("CronJob")))
        .hasSize(3 * 4);
    assertThat(objects("production.yaml").stream().filter(o -> o.kind().equals("CronJob")))
        .flatExtracting(o -> all(o.fields(), "value"))
        .contains("http://shop-espalier-2.shop-espalier-pods:8080");
    assertThat(objects("ephemeral.yaml").stream().map(Manifest::kind)).doesNotContain("CronJob");
  }

  @Test
  void administrators_have_a_port_of_their_own_when_they_want_one() {
    String set = "management.yaml";
    Manifest pods = only(set, "StatefulSet");
    Map<?, ?> settings =
        map(
            Chart.yaml()
                .<Object>load(
                    String.valueOf(
                        at(only(set, "ConfigMap").fields(), "data", "application.yml"))));
    assertThat(at(settings, "management", "server", "port")).isEqualTo(9090);
    Map<?, ?> container = Manifest.containers(pods.podSpecs().getFirst()).getFirst();
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      assertThat(at(container, probe, "httpGet", "port")).isEqualTo("management");
    }
    assertThat(ports(service(set, "shop-espalier"))).containsExactly("http");
    assertThat(ports(service(set, "shop-espalier-management"))).containsExactly("management");
    assertThat(at(service(set, "shop-espalier-management").fields(), "spec", "type"))
        .isEqualTo("ClusterIP");
    assertThat(ports(service(set, "shop-espalier-pods"))).containsExactly("http", "management");
    assertThat(all(only(set, "ServiceMonitor").fields(), "port")).containsExactly("management");
    assertThat(all(only(set, "CronJob").fields(), "value"))
        .contains("http://shop-espalier-0.shop-espalier-pods:9090");
    assertThat(all(only(set, "Pod").fields(), "value"))
        .contains("http://shop-espalier-management:9090");
    assertThat(all(only(set, "Ingress").fields(), "name"))
        .contains("http")
        .doesNotContain("management");
    List<?> ways = (List<?>) at(only(set, "NetworkPolicy").fields(), "spec", "ingress");
    assertThat(ways).hasSize(2);
    assertThat(all(ways.get(0), "port")).containsExactly("http");
    assertThat(all(ways.get(0), "team")).isEmpty();
    assertThat(all(ways.get(1), "port")).containsExactly("management");
    assertThat(all(ways.get(1), "team")).containsExactly("monitoring");
  }

  private static Manifest service(String set, String name) {
    return objects(set).stream()
        .filter(object -> object.kind().equals("Service") && object.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<Object> ports(Manifest service) {
    List<Object> names = new ArrayList<>();
    ((List<?>) at(service.fields(), "spec", "ports")).forEach(port -> names.add(at(port, "name")));
    return names;
  }

  @Test
  void alerts_are_about_metrics_that_the_service_exports() throws IOException {
    String table = Files.readString(Path.of("..", "docs", "OPERATIONS.md"));
    List<Object> rules = all(only("production.yaml", "PrometheusRule").fields(), "expr");
    assertThat(rules).hasSizeGreaterThan(5);
    for (Object rule : rules) {
      List<String> names =
          METRIC
              .matcher(String.valueOf(rule).replaceAll("\"[^\"]*\"", ""))
              .results()
              .map(found -> found.group().replaceFirst("_(count|sum|bucket|max)$", ""))
              .toList();
      assertThat(names).as("metrics of %s", rule).isNotEmpty();
      assertThat(names)
          .as("in the table of docs/OPERATIONS.md, or of Kubernetes")
          .allMatch(name ->
              name.startsWith("kubelet_")
                  || name.equals("up")
                  || table.contains("`%s`".formatted(name)));
    }
  }

  @Test
  void a_restore_comes_before_the_first_start() {
    Map<?, ?> pod = only("restore.yaml", "StatefulSet").podSpecs().getFirst();
    assertThat(at(Manifest.containers(pod).getFirst(), "args"))
        .isEqualTo(
            List.of(
                "restore",
                "--first-start",
                "--from=/var/backups/espalier",
                "--data-dir=/var/lib/espalier",
                "--number=12"));
    assertThat(only("defaults.yaml", "StatefulSet").podSpecs().getFirst().get("initContainers"))
        .isNull();
  }

  @Test
  void a_key_is_made_only_where_none_is_given() {
    assertThat(at(only("defaults.yaml", "Secret").fields(), "data", "admin-key").toString())
        .hasSize(64); // 48 characters in Base64
    assertThat(at(only("defaults.yaml", "Secret").fields(), "metadata", "annotations"))
        .isEqualTo(Map.of("helm.sh/resource-policy", "keep"));
    assertThat(objects("own-secret.yaml").stream().map(Manifest::kind)).doesNotContain("Secret");
    assertThat(all(objects("own-secret.yaml").stream().map(Manifest::fields).toList(), "key"))
        .contains("espalier.key");
  }

  @Test
  void a_key_that_was_made_is_kept_over_upgrades(@TempDir Path scratch) throws IOException {
    try (var _ = FakeCluster.withKey("S2VwdA==")) {
      Manifest secret =
          Chart.render(scratch, "{}").stream()
              .filter(object -> object.kind().equals("Secret"))
              .findFirst()
              .orElseThrow();
      assertThat(at(secret.fields(), "data", "admin-key")).isEqualTo("S2VwdA==");
    }
  }

  @Test
  void every_value_is_in_the_readme() throws IOException {
    String readme = Files.readString(Chart.FOLDER.resolve("README.md"));
    Map<?, ?> values =
        map(Chart.yaml().<Object>load(Files.readString(Chart.FOLDER.resolve("values.yaml"))));
    values.forEach((key, value) -> {
      if (value instanceof Map<?, ?> group && !group.isEmpty() && !key.equals("resources")) {
        group.keySet().forEach(inner -> assertThat(readme).contains("`" + key + "." + inner + "`"));
      } else {
        assertThat(readme).contains("`" + key + "`");
      }
    });
  }

  private static Manifest only(String set, String kind) {
    List<Manifest> found =
        objects(set).stream().filter(object -> object.kind().equals(kind)).toList();
    assertThat(found).as(kind).hasSize(1);
    return found.getFirst();
  }
}
