package io.kadlink.discovery.table;

import java.time.Instant;

/**
 * One node of the table as a tool shows it.
 *
 * @param bucket index of its bucket; 0 holds the nearest nodes
 * @param proven whether it answered from its endpoint
 * @param replacement whether it only waits for a place
 * @param livenessChecks its credit: checks passed, cut to a third by each one missed
 * @param added when it entered the table
 */
public record TableRow(
    int bucket,
    Contact contact,
    boolean proven,
    boolean replacement,
    int livenessChecks,
    Instant added) {}
