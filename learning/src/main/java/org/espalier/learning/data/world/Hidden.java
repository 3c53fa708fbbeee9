package org.espalier.learning.data.world;

import java.util.Arrays;

/**
 * What the world's attributes are drawn from and what its users' tastes are made of: a pure function
 * of the seed, so that nothing has to be kept in memory.
 *
 * <p>Every attribute value has a hidden vector of {@value #DIM} numbers, which is one hash. A brand's
 * leans on its genre and its country; an item's is the sum of its attributes' and a little of its
 * own; a user's is the sum of two favourite genres', which age and gender decide half of the time,
 * the country's and a little of its own. The cosine of user and item is the affinity. A model can
 * therefore learn tastes from clicks, and better with the attributes and triples.
 */
final class Hidden {

  static final int DIM = 8;

  /** Kinds of things that have hidden values; a kind keeps its hashes apart from the others'. */
  enum Kind {
    GENRE,
    BRAND,
    BRAND_GENRE,
    BRAND_COUNTRY,
    CREATOR,
    CREATOR_GENRE,
    PRICE,
    COUNTRY,
    ITEM,
    ITEM_BRAND,
    ITEM_GENRE,
    ITEM_CREATOR,
    ITEM_PRICE,
    ITEM_TITLE,
    USER,
    USER_AGE,
    USER_GENDER,
    USER_COUNTRY,
    USER_FAVOURITES,
    GROUP_FAVOURITES;

    private final long salt = name().hashCode() * 0xD1B54A32D192ED03L;
  }

  private final long seed;
  private final int genres;
  private final int countries;
  private final int brands;
  private final int creators;

  Hidden(long seed, int genres, int countries, int brands, int creators) {
    this.seed = seed;
    this.genres = genres;
    this.countries = countries;
    this.brands = brands;
    this.creators = creators;
  }

  /** 64 well-mixed bits for one thing (the finaliser of SplitMix64, Steele et al., OOPSLA 2014). */
  long hash(Kind kind, long id) {
    long z = seed * 0x9E3779B97F4A7C15L + kind.salt + id;
    z = (z ^ (z >>> 32)) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A value below {@code bound} for one thing. */
  int pick(Kind kind, long id, int bound) {
    return (int) Long.remainderUnsigned(hash(kind, id), bound);
  }

  /** A value below {@code bound}, small ones more often: the square of a uniform number. */
  private int pickSkewed(Kind kind, long id, int bound) {
    double uniform = (hash(kind, id) >>> 11) * 0x1p-53;
    return (int) (uniform * uniform * bound);
  }

  int brandGenre(int brand) {
    return pick(Kind.BRAND_GENRE, brand, genres);
  }

  int brandCountry(int brand) {
    return pick(Kind.BRAND_COUNTRY, brand, countries);
  }

  int creatorGenre(int creator) {
    return pick(Kind.CREATOR_GENRE, creator, genres);
  }

  int itemBrand(int item) {
    return pickSkewed(Kind.ITEM_BRAND, item, brands);
  }

  /** The brand's genre for three items of four. */
  int itemGenre(int item) {
    long bits = hash(Kind.ITEM_GENRE, item);
    return (bits & 3) != 0
        ? brandGenre(itemBrand(item))
        : (int) Long.remainderUnsigned(bits >>> 2, genres);
  }

  int itemCreator(int item) {
    return pick(Kind.ITEM_CREATOR, item, creators);
  }

  int itemPrice(int item) {
    return pick(Kind.ITEM_PRICE, item, WorldNames.PRICE_BANDS.size());
  }

  int userAge(int user) {
    return pick(Kind.USER_AGE, user, WorldNames.AGES.size());
  }

  int userGender(int user) {
    return pickSkewed(Kind.USER_GENDER, user, WorldNames.GENDERS.size());
  }

  int userCountry(int user) {
    return pickSkewed(Kind.USER_COUNTRY, user, countries);
  }

  /** Writes an item's hidden vector, of length 1, into {@code traits} (DIM). */
  void itemTraits(int item, float[] traits) {
    int brand = itemBrand(item);
    Arrays.fill(traits, 0);
    add(traits, 1.0f, hash(Kind.GENRE, itemGenre(item)));
    add(traits, 0.6f, hash(Kind.BRAND, brand));
    add(traits, 0.3f, hash(Kind.COUNTRY, brandCountry(brand)));
    add(traits, 0.5f, hash(Kind.CREATOR, itemCreator(item)));
    add(traits, 0.4f, hash(Kind.PRICE, itemPrice(item)));
    add(traits, 0.4f, hash(Kind.ITEM, item));
    normalise(traits);
  }

  /** Writes a user's hidden vector, of length 1, into {@code taste} (DIM). */
  void userTaste(int user, float[] taste) {
    long bits = hash(Kind.USER_FAVOURITES, user);
    if ((bits & 1) == 0) {
      bits = hash(Kind.GROUP_FAVOURITES, userAge(user) * 8L + userGender(user));
    }
    Arrays.fill(taste, 0);
    add(taste, 1.0f, hash(Kind.GENRE, Long.remainderUnsigned(bits >>> 1, genres)));
    add(taste, 0.7f, hash(Kind.GENRE, Long.remainderUnsigned(bits >>> 24, genres)));
    add(taste, 0.4f, hash(Kind.COUNTRY, userCountry(user)));
    add(taste, 0.7f, hash(Kind.USER, user));
    normalise(taste);
  }

  /** Between -1 and 1; both vectors have length 1. */
  static float affinity(float[] taste, float[] traits) {
    float sum = 0;
    for (int d = 0; d < DIM; d++) {
      sum += taste[d] * traits[d];
    }
    return sum;
  }

  /** The eight bytes of a hash are eight numbers between -1 and 1. */
  private static void add(float[] sum, float weight, long bits) {
    for (int d = 0; d < DIM; d++) {
      sum[d] += weight * ((byte) (bits >>> (8 * d)) + 0.5f) / 128;
    }
  }

  private static void normalise(float[] vector) {
    float scale = (float) (1 / Math.sqrt(affinity(vector, vector)));
    for (int d = 0; d < DIM; d++) {
      vector[d] *= scale;
    }
  }
}
