package org.espalier.learning.experiment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much memory this process has taken at most. */
public final class ProcessMemory {

  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMemory() {}

  /** The peak of the resident set where the system tells it (Linux), else that of the JVM's pools. */
  public static double peakMb() {
    if (!Files.isReadable(STATUS)) {
      return ManagementFactory.getMemoryPoolMXBeans().stream()
              .map(MemoryPoolMXBean::getPeakUsage)
              .mapToLong(usage -> usage == null ? 0 : usage.getUsed())
              .sum()
          / 1e6;
    }
    try {
      return residentPeakMb(Files.readAllLines(STATUS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads a line such as {@code VmHWM:    123456 kB}. */
  static double residentPeakMb(List<String> status) {
    return status.stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToDouble(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024.0 / 1e6)
        .findFirst()
        .orElse(Double.NaN);
  }
}
