package org.espalier.learning.data.world;

/**
 * A user of the sample world.
 *
 * @param id {@code u0}, {@code u1}, …
 * @param age a band of years, such as {@code 25-34}
 * @param gender {@code f}, {@code m} or {@code x}
 * @param country two letters
 */
public record WorldUser(String id, String age, String gender, String country) {}
