package org.espalier.service.upkeep;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.store.StoreOptions;

/** The JVM and the machine. */
final class MachineChecks {

  private static final int JDK_MIN = 25;

  /** Code, threads, the JVM's own tables, and buffers of Tomcat and Kafka; measured at about 300 MB. */
  private static final long BESIDES_BYTES = 300L << 20;

  /** A store opens its table files at once, and there is a descriptor a connection. */
  private static final long FILES_MIN = 4096;

  private MachineChecks() {}

  static List<Finding> all(StoreOptions store) {
    return List.of(jdk(), flags(), kernels(), memory(store), files(), processors());
  }

  private static Finding jdk() {
    Runtime.Version version = Runtime.version();
    String found = "Java " + version + " of " + System.getProperty("java.vendor");
    return version.feature() >= JDK_MIN
        ? Finding.ok("jdk", found)
        : Finding.failed("jdk", found, "run it with JDK " + JDK_MIN + " or newer");
  }

  private static Finding flags() {
    boolean vectors = FloatKernels.simdAvailable();
    boolean nativeAccess = MachineChecks.class.getModule().isNativeAccessEnabled();
    if (!vectors) {
      return Finding.warning(
          "flags",
          "the Vector API is off, so ranking is several times slower",
          "start Java with the flags of the file jvm.options");
    }
    return nativeAccess
        ? Finding.ok("flags", "the Vector API and native access are on")
        : Finding.warning(
            "flags",
            "native access is not granted",
            "add --enable-native-access=ALL-UNNAMED, as the file jvm.options does");
  }

  private static Finding kernels() {
    String name = FloatKernels.best().name();
    return name.startsWith("scalar")
        ? Finding.warning("kernels", name, "see the check named flags")
        : Finding.ok("kernels", name);
  }

  private static Finding memory(StoreOptions store) {
    // In a container this is the container's limit.
    long machineBytes =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    long heapBytes = Runtime.getRuntime().maxMemory();
    long wantedBytes = heapBytes + store.blockCacheBytes() + BESIDES_BYTES;
    String found =
        "%d MiB, of which the heap may take %d, the store's cache %d, and the JVM about %d; the rest is for the serving arena"
            .formatted(
                machineBytes >> 20,
                heapBytes >> 20,
                store.blockCacheBytes() >> 20,
                BESIDES_BYTES >> 20);
    return wantedBytes <= machineBytes
        ? Finding.ok("memory", found)
        : Finding.warning(
            "memory",
            found,
            "give it more memory, or a smaller heap (ESPALIER_JAVA_OPTS=-Xmx512m) or espalier.store.block-cache");
  }

  private static Finding files() {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
      return Finding.ok("files", "this system has no limit to look up");
    }
    long max = unix.getMaxFileDescriptorCount();
    String found = "%d open files are allowed".formatted(max);
    return max >= FILES_MIN
        ? Finding.ok("files", found)
        : Finding.warning(
            "files", found, "raise the limit to %d (ulimit -n, LimitNOFILE)".formatted(FILES_MIN));
  }

  private static Finding processors() {
    int count = Runtime.getRuntime().availableProcessors();
    return count >= 2
        ? Finding.ok("processors", Integer.toString(count))
        : Finding.warning(
            "processors",
            Integer.toString(count),
            "give it two: with one, training and compiling hold rankings up");
  }
}
