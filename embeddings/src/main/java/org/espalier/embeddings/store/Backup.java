package org.espalier.embeddings.store;

import java.time.Instant;

/**
 * One backup of a store.
 *
 * @param number counts the backups of a folder, from 1
 * @param bytes of all its files, those that it shares with other backups among them
 */
public record Backup(int number, Instant created, long bytes) {}
