package org.espalier.service.upkeep;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.espalier.embeddings.kernel.FloatKernels;
import org.espalier.embeddings.store.Field;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.StoreStatistics;
import org.espalier.service.control.ControlDatabase;
import org.espalier.service.platform.EspalierProperties;
import org.espalier.service.wire.Needs;
import org.espalier.service.wire.Scope;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/admin/stats}; needs no database, so that it answers when that is away. */
@Tag(name = "admin")
@Needs(Scope.ADMIN)
@RestController
class StatsController {

  private final Store store;
  private final ControlDatabase database;
  private final EspalierProperties properties;

  StatsController(Store store, ControlDatabase database, EspalierProperties properties) {
    this.store = store;
    this.database = database;
    this.properties = properties;
  }

  @Operation(operationId = "getStats", summary = "How much there is, and how the service is doing")
  @GetMapping(path = "/v1/admin/stats", produces = MediaType.APPLICATION_JSON_VALUE)
  Stats stats() {
    StoreStatistics disk = store.statistics();
    Runtime runtime = Runtime.getRuntime();
    var active = store.generations().active();
    return new Stats(
        properties.version(),
        FloatKernels.best().name(),
        ManagementFactory.getRuntimeMXBean().getUptime(),
        store.lastSequence(),
        store.dictionary().size(Field.USER),
        store.dictionary().size(Field.ENTITY),
        store.generations().list().size(),
        active.isPresent() ? active.getAsInt() : null,
        store.waitingRows(),
        disk.tableBytesByFamily(),
        disk.memtableBytes(),
        disk.blockCacheBytes(),
        disk.stallMicros() / 1000,
        disk.compactionBytesPending(),
        runtime.totalMemory() - runtime.freeMemory(),
        runtime.maxMemory(),
        database.isOpen());
  }

  /**
   * Figures of now.
   *
   * @param events sequence of the newest event
   * @param users ids that were given to users, erased ones among them
   * @param entities ids that were given to items and other entities
   * @param waitingRows rows that wait to be written
   * @param tableBytes on disk, by family
   * @param stallMs time that writes were held back since the start
   * @param controlDatabaseOpen whether the control plane's database has been opened
   */
  @Schema(name = "Stats")
  record Stats(
      String version,
      String kernel,
      @JsonProperty("uptime_ms") long uptimeMs,
      long events,
      int users,
      int entities,
      int generations,
      @JsonProperty("active_generation") @Nullable Integer activeGeneration,
      @JsonProperty("waiting_rows") int waitingRows,
      @JsonProperty("table_bytes") Map<String, Long> tableBytes,
      @JsonProperty("memtable_bytes") long memtableBytes,
      @JsonProperty("block_cache_bytes") long blockCacheBytes,
      @JsonProperty("stall_ms") long stallMs,
      @JsonProperty("compaction_bytes_pending") long compactionBytesPending,
      @JsonProperty("heap_bytes") long heapBytes,
      @JsonProperty("heap_bytes_max") long heapBytesMax,
      @JsonProperty("control_database_open") boolean controlDatabaseOpen) {}
}
