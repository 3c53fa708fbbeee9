package org.espalier.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Looks at what a service uses: from the system, its metrics and its statistics. Of one thread. */
final class ServiceSampler implements AutoCloseable {

  private final HttpClient http = HttpClient.newHttpClient();
  private final ServiceRun service;

  ServiceSampler(ServiceRun service) {
    this.service = service;
  }

  /**
   * Figures of one moment; megabytes are of 2^20 bytes.
   *
   * @param rssMb resident memory
   * @param heapMb heap in use, garbage included
   * @param liveMb heap that a collection of the old generation found in use; 0 before the first
   * @param heapCommittedMb heap that the JVM holds
   * @param otherMb what the JVM has beside the heap: classes, compiled code
   * @param buffersMb direct buffers
   * @param arenaMb rows of the models that serve
   * @param blockCacheMb the store's blocks, write buffers among them
   * @param events the log's last sequence
   * @param waiting events that rankings do not see yet
   */
  record Sample(
      double rssMb,
      double heapMb,
      double liveMb,
      double heapCommittedMb,
      double otherMb,
      double buffersMb,
      double arenaMb,
      double blockCacheMb,
      long threads,
      long openFiles,
      long events,
      double waiting) {

    /** Resident memory beside the arena and the cache. */
    double besideMb() {
      return rssMb - arenaMb - blockCacheMb;
    }
  }

  Sample sample() throws IOException, InterruptedException {
    List<String> metrics = get("/actuator/prometheus").lines().toList();
    JsonNode stats = JsonMapper.shared().readTree(get("/v1/admin/stats"));
    return new Sample(
        service.residentMb(),
        mb(sum(metrics, "jvm_memory_used_bytes{area=\"heap\"")),
        mb(sum(metrics, "jvm_gc_live_data_size_bytes")),
        mb(sum(metrics, "jvm_memory_committed_bytes{area=\"heap\"")),
        mb(sum(metrics, "jvm_memory_used_bytes{area=\"nonheap\"")),
        mb(sum(metrics, "jvm_buffer_memory_used_bytes")),
        mb(sum(metrics, "espalier_serving_bytes")),
        mb(stats.get("block_cache_bytes").asDouble()),
        service.threads(),
        service.openFiles(),
        stats.get("events").asLong(),
        sum(metrics, "espalier_refresh_queue_depth"));
  }

  /** The sum of all series whose line begins so. */
  static double sum(List<String> metrics, String start) {
    return metrics.stream()
        .filter(line -> line.startsWith(start))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static double mb(double bytes) {
    return bytes / (1 << 20);
  }

  private String get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + service.port() + path);
    var answer = http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(
          "%s answered %d: %s".formatted(path, answer.statusCode(), answer.body()));
    }
    return answer.body();
  }

  @Override
  public void close() {
    http.close();
  }
}
