package io.kadlink.discovery.store;

/**
 * How the database is doing. All counts are since the start, except the first two.
 *
 * @param nodes nodes in the store after the last batch
 * @param waiting nodes with updates that are not written yet
 * @param batches batches written
 * @param dropped updates not noted because too many were waiting
 * @param expired nodes removed because they were silent for too long
 * @param evicted nodes removed because there were too many
 * @param working false while the store can't be written, and once it was closed
 */
public record DatabaseStats(
    int nodes,
    int waiting,
    long batches,
    long dropped,
    long expired,
    long evicted,
    boolean working) {}
