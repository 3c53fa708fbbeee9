package org.espalier.learning.data.world;

import java.util.List;

/** The words of the sample world. */
final class WorldNames {

  static final List<String> GENRES =
      List.of(
          "adventure",
          "biography",
          "comedy",
          "crime",
          "drama",
          "fantasy",
          "history",
          "horror",
          "music",
          "mystery",
          "nature",
          "poetry",
          "romance",
          "science",
          "sport",
          "travel");
  static final List<String> COUNTRIES =
      List.of("de", "fr", "gb", "in", "jp", "us", "br", "se", "it", "ke");
  static final List<String> PRICE_BANDS = List.of("low", "middle", "high", "luxury");
  static final List<String> AGES = List.of("18-24", "25-34", "35-44", "45-54", "55-64", "65+");
  static final List<String> GENDERS = List.of("f", "m", "x");

  private static final List<String> ADJECTIVES =
      List.of(
          "Amber", "Bright", "Crooked", "Distant", "Early", "Frozen", "Gentle", "Hidden", "Iron",
          "Jade", "Keen", "Last", "Modest", "Nimble", "Open", "Quiet");
  private static final List<String> NOUNS =
      List.of(
          "Anchor", "Bridge", "Canyon", "Dune", "Engine", "Forest", "Garden", "Harbour", "Island",
          "Journey", "Kite", "Lantern", "Meadow", "Night", "Orchard", "River");

  private WorldNames() {}

  static String title(long bits, int index) {
    String adjective = ADJECTIVES.get((int) (bits & 15));
    String noun = NOUNS.get((int) (bits >>> 4 & 15));
    return adjective + " " + noun + " " + index;
  }
}
