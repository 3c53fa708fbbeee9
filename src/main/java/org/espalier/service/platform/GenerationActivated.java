package org.espalier.service.platform;

/**
 * The store's active generation has changed in this process; whoever serves it takes it up before the publisher goes on.
 *
 * @param number the generation that is active now
 */
public record GenerationActivated(int number) {}
