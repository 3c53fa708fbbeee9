package org.espalier.service.upkeep;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.espalier.service.control.ControlProbe;
import org.espalier.service.control.DatabaseFault;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.core.env.Environment;

/** What the service talks to: its port, the database, the brokers. */
final class ServerChecks {

  private static final int PATIENCE_MS = 5000;

  private ServerChecks() {}

  static List<Finding> all(Environment settings, Path controlDir, KafkaProperties kafka) {
    List<Finding> findings = new ArrayList<>();
    String address = settings.getProperty("server.address", "127.0.0.1");
    findings.add(
        port("server.port", address, settings.getProperty("server.port", Integer.class, 8080)));
    Integer management = settings.getProperty("management.server.port", Integer.class);
    if (management != null) {
      findings.add(
          port(
              "management.server.port",
              settings.getProperty("management.server.address", address),
              management));
    }
    findings.add(database(settings, controlDir));
    findings.add(brokers(settings, kafka));
    return findings;
  }

  private static Finding port(String setting, String address, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
      return Finding.ok("port", "%s:%d is free".formatted(address, port));
    } catch (IOException e) {
      return Finding.warning(
          "port",
          "%s:%d cannot be listened on: %s".formatted(address, port, e.getMessage()),
          "if that is not this service, stop it or set " + setting);
    }
  }

  private static Finding database(Environment settings, Path controlDir) {
    ControlProbe.Answer answer = ControlProbe.ask(settings, controlDir);
    if (answer.newer()) {
      return Finding.failed(
          "database",
          answer.where() + " was used by a newer Espalier",
          "run that version, or restore a backup of this one");
    }
    DatabaseFault fault = answer.fault();
    if (fault == null) {
      return Finding.ok("database", answer.where());
    }
    return fault.inUse()
        ? Finding.ok("database", "a running service has it open")
        : Finding.failed(
            "database",
            "%s does not open: %s".formatted(answer.where(), fault.reason()),
            "start it, or mend spring.datasource.*; until then admin routes answer 503");
  }

  private static Finding brokers(Environment settings, KafkaProperties kafka) {
    if (!settings.getProperty("espalier.kafka.enabled", Boolean.class, false)) {
      return Finding.ok("broker", "Kafka is not used (espalier.kafka.enabled)");
    }
    Map<String, Object> client = new HashMap<>(kafka.buildAdminProperties());
    client.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS);
    client.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MS);
    Object where = client.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG);
    try (Admin admin = Admin.create(client)) {
      int count = admin.describeCluster().nodes().get().size();
      return Finding.ok("broker", "%d at %s".formatted(count, where));
    } catch (ExecutionException | KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return Finding.failed(
          "broker",
          "%s: %s".formatted(where, cause.getMessage()),
          "start the broker, or mend spring.kafka.*; until then nothing is read from topics");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Finding.failed("broker", where + ": not asked", "ask again");
    }
  }
}
