package org.espalier.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.HdrHistogram.Histogram;
import org.espalier.service.console.Console;
import org.espalier.service.console.Progress;
import org.springframework.util.FileSystemUtils;

/** Starts a service on made-up data, puts it under load, and says how it did. */
final class ServiceBench {

  private ServiceBench() {}

  /**
   * The whole run.
   *
   * @param requests sent in turn
   * @return the figures by name
   */
  static SequencedMap<String, Object> run(
      ServiceOptions options, double rate, List<byte[]> requests)
      throws IOException, InterruptedException {
    Path kept = options.dataDir;
    Path data = kept == null ? Files.createTempDirectory("espalier-bench") : kept;
    try {
      SampleData.make(Files.createDirectories(data), options);
      try (ServiceRun service = ServiceRun.start(data, options.javaOpts)) {
        return measure(service, options, rate, requests);
      }
    } finally {
      if (kept == null) {
        FileSystemUtils.deleteRecursively(data);
      }
    }
  }

  private static SequencedMap<String, Object> measure(
      ServiceRun service, ServiceOptions options, double rate, List<byte[]> requests)
      throws IOException, InterruptedException {
    OpenLoad load = new OpenLoad(service.port(), requests, options.connections);
    try (Progress progress = Console.ofProcess().progress("Sending", 2);
        IngestBeside ingest = new IngestBeside(service.port(), options)) {
      if (options.warmUpSeconds > 0) {
        load.run(rate, options.warmUpSeconds);
      }
      progress.step(1);
      long eventsBefore = ingest.acknowledged();
      double cpuBefore = service.cpu().toNanos() * 1e-9;
      ActivateBeside activate = new ActivateBeside(service.port(), options.activateEvery);
      OpenLoad.Result result;
      try {
        result = load.run(rate, options.seconds);
      } finally {
        activate.close();
      }
      double cpu = service.cpu().toNanos() * 1e-9 - cpuBefore;
      long events = ingest.acknowledged() - eventsBefore;
      progress.step(1);
      SequencedMap<String, Object> fields = new LinkedHashMap<>();
      describe(result, fields);
      fields.put("rate", rate);
      fields.put("events_per_s", events / result.seconds());
      fields.put("event_errors", ingest.errors());
      if (options.activateEvery > 0) {
        fields.put("activations", activate.activations());
        fields.put("activation_errors", activate.errors());
      }
      fields.put("ready_ms", service.readyMs());
      fields.put("service_cpus", cpu / result.seconds());
      fields.put("service_rss_mb", service.residentMb());
      fields.put("items", options.items);
      fields.put("keep", options.keep);
      return fields;
    }
  }

  private static void describe(OpenLoad.Result result, SequencedMap<String, Object> fields) {
    Histogram latencies = result.latencies();
    fields.put("requests", latencies.getTotalCount());
    fields.put("errors", result.errors());
    fields.put("p50_ms", latencies.getValueAtPercentile(50) * 1e-6);
    fields.put("p99_ms", latencies.getValueAtPercentile(99) * 1e-6);
    fields.put("p999_ms", latencies.getValueAtPercentile(99.9) * 1e-6);
    fields.put("max_ms", latencies.getMaxValue() * 1e-6);
  }
}
