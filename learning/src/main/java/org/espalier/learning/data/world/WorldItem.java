package org.espalier.learning.data.world;

/**
 * An item of the sample world. Genre, brand, creator and price band are what users like it for.
 *
 * @param id {@code i0}, {@code i1}, …
 */
public record WorldItem(
    String id, String title, String genre, String brand, String creator, String priceBand) {}
