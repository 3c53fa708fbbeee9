package org.espalier.service.propagation;

import it.unimi.dsi.fastutil.ints.Int2IntMap;
import it.unimi.dsi.fastutil.ints.Int2IntMaps;
import it.unimi.dsi.fastutil.ints.Int2IntOpenHashMap;
import org.espalier.embeddings.arena.ArenaTable;
import org.espalier.embeddings.fit.FittedRows;
import org.espalier.embeddings.store.Manifest;
import org.espalier.embeddings.store.Store;
import org.espalier.embeddings.store.TableHeader;
import org.espalier.service.platform.MfGeneration;
import org.jspecify.annotations.Nullable;

/**
 * The items' table that a refresh publishes to: vectors go in as the generation's were laid down. Where those
 * are shortened, a vector is turned to the table's coordinates and cut: an item that the generation holds
 * keeps its size, another gets one by the fit's price. One thread at a time.
 */
final class ServedItems {

  private final ArenaTable table;
  private final @Nullable FittedRows fit; // null for whole vectors
  private final Int2IntMap sizes; // of the items that the generation holds
  private final float[] coordinates;

  private ServedItems(ArenaTable table, @Nullable FittedRows fit, Int2IntMap sizes) {
    this.table = table;
    this.fit = fit;
    this.sizes = sizes;
    coordinates = new float[table.dim()];
  }

  /**
   * The table of a generation.
   *
   * @param table with its shape and basis; not owned
   */
  static ServedItems of(Store store, Manifest manifest, ArenaTable table) {
    if (!manifest.parameters().containsKey(FittedItems.PRICE)) {
      return new ServedItems(table, null, Int2IntMaps.EMPTY_MAP);
    }
    TableHeader header = store.generations().header(manifest.number(), MfGeneration.ITEMS);
    Int2IntOpenHashMap sizes = new Int2IntOpenHashMap();
    store
        .generations()
        .rows(
            manifest.number(),
            MfGeneration.ITEMS,
            (token, size, encoding, payload) -> sizes.put(token, size));
    double price = manifest.number(FittedItems.PRICE);
    return new ServedItems(
        table, FittedRows.of(header.shape(), header.basis(), header.defaultRow(), price), sizes);
  }

  int dim() {
    return table.dim();
  }

  /** Publishes the vector at {@code vector[0 .. dim)}. */
  void publish(int entity, float[] vector) {
    if (fit == null) {
      table.publish(entity, vector, 0, table.dim());
      return;
    }
    fit.coordinates(vector, coordinates);
    int size = sizes.getOrDefault(entity, -1);
    table.publish(entity, coordinates, 0, size >= 0 ? size : fit.size(coordinates));
  }

  void remove(int entity) {
    table.remove(entity);
  }
}
