package org.espalier.helm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values that are wrong: what is refused, and what the sentence says to change. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class RefusedValuesTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{replicas: 2} | needs kafka.enabled: true",
        "{replicas: 2, kafka: {enabled: true, bootstrapServers: 'k:9092'}} | needs database.url",
        "{kafka: {enabled: true}} | needs kafka.bootstrapServers, as kafka-bootstrap:9092",
        "{kafka: {bootstrapServers: 'k:9092'}} | set kafka.enabled: true, or leave",
        "{database: {url: 'jdbc:postgresql://h/d'}} | needs database.existingSecret",
        "{database: {existingSecret: x}} | set database.url, or leave",
        "{database: {url: 'jdbc:postgresql://h/d?password=x', existingSecret: x}} | put them into the Secret",
        "{persistence: {enabled: false}} | set backups.enabled: false, or persistence.enabled: true",
        "{backups: {enabled: false}, restore: {onFirstStart: true}} | needs backups.enabled",
        "{restore: {number: 3}} | set restore.onFirstStart: true",
        "{backups: {enabled: false, existingClaim: x}} | set backups.enabled: true",
        "{persistence: {size: 1Gi}} | give at least 2Gi",
        "{persistence: {size: 500M}} | give at least 2Gi",
        "{persistence: {size: '1000000000'}} | give at least 2Gi",
        "{persistence: {size: 100Gi}} | give at least as much",
        "{resources: {limits: {memory: 512Mi}}} | need at least 768Mi",
        "{ingress: {enabled: true}} | needs ingress.host",
        "{config: {espalier: {data-dir: /x}}} | config.espalier.data-dir is set by the chart",
        "{management: {port: 8080}} | take another one, as 9090",
        "{management: {port: 70000}} | port",
        "{management: {from: [{podSelector: {}}]}} | set management.port, or name the peers",
        "{config: {management: {server: {port: 1}}}} | config.management.server.port is set by the chart",
        "{config: {server: {port: 1}}} | config.server.port is set by the chart",
        "{config: {spring: {datasource: {url: x}}}} | config.spring.datasource.url is set by the chart",
        "{config: {espalier: {access: {admin-key: x}}}} | looks like a secret",
        "{config: {spring: {datasource: {password: x}}}} | config.spring.datasource.password looks like a secret",
        "{config: {spring: {kafka: {properties: {sasl.jaas.config: x}}}}} | put it into a Secret",
        "{java: {options: '-Dspring.datasource.password=x'}} | must not hold a secret",
        "{keys: {adminKey: abc}} | adminKey",
        "{replicaCount: 2} | replicaCount",
        "{persistence: {sise: 10Gi}} | sise",
        "{replicas: 0} | replicas",
        "{replicas: two} | replicas",
        "{backups: {schedule: every night}} | schedule",
        "{persistence: {size: plenty}} | size",
        "{persistence: {accessModes: [ReadWriteMany]}} | accessModes",
        "{database: {url: 'jdbc:mysql://h/d', existingSecret: x}} | url",
        "{service: {type: Nodeport}} | type",
        "{java: {heapPercent: 95}} | heapPercent",
        "{resources: {}, image: {repository: ''}} | repository"
      })
  void wrong_values_are_refused_with_a_sentence(String values, String part, @TempDir Path scratch) {
    assertThatThrownBy(() -> Chart.render(scratch, values)).hasMessageContaining(part);
  }
}
