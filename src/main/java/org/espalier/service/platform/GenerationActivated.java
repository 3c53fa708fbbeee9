package org.espalier.service.platform;

/**
 * The store's active generation has changed in this process, and it answers.
 *
 * @param number the generation that is active now
 */
public record GenerationActivated(int number) {}
