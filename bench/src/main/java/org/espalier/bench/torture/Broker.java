package org.espalier.bench.torture;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/** A Kafka broker as a process of its own, on the loopback address. Used by one thread. */
final class Broker implements AutoCloseable {

  private static final long START_MS_MAX = 180_000;

  private final Path folder;
  private final Path config;
  private final int port;
  private @Nullable Process process;

  private Broker(Path folder, int port) {
    this.folder = folder;
    this.config = folder.resolve("server.properties");
    this.port = port;
  }

  /** Formats a folder and starts a broker on it. */
  static Broker start(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    int port = Subject.freePort();
    int controller = Subject.freePort();
    Broker broker = new Broker(folder, port);
    Files.writeString(
        broker.config,
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.bootstrap.servers=127.0.0.1:%2$d
        listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
        advertised.listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=PLAINTEXT
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
        log.dirs=%3$s
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        group.initial.rebalance.delay.ms=0
        """
            .formatted(port, controller, folder.resolve("log")));
    Files.writeString(
        folder.resolve("logback.xml"), "<configuration><root level=\"OFF\"/></configuration>");
    Process format =
        broker.java(
            "kafka.tools.StorageTool",
            "format",
            "--standalone",
            "-t",
            Uuid.randomUuid().toString(),
            "-c",
            broker.config.toString());
    if (format.waitFor() != 0) {
      throw new IllegalStateException("the broker's folder cannot be formatted; see " + folder);
    }
    broker.launch();
    broker.await();
    return broker;
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  /** Starts it, also after a kill, and does not wait for it. */
  void launch() throws IOException {
    process = java("kafka.Kafka", config.toString());
  }

  /** Returns once it listens. */
  void await() throws InterruptedException {
    long endMs = System.currentTimeMillis() + START_MS_MAX;
    while (!listens()) {
      if (process == null || !process.isAlive() || System.currentTimeMillis() > endMs) {
        throw new IllegalStateException("the broker does not start; see " + folder);
      }
      Thread.sleep(50);
    }
  }

  boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Process java(String main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(main));
    command.addAll(List.of(arguments));
    return JavaProcess.start(
        folder.resolve("out"),
        List.of("-Xmx384m", "-Dlogback.configurationFile=" + folder.resolve("logback.xml")),
        command);
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
