package io.kadlink.protocols.eth.sync;

/**
 * A download that is going on.
 *
 * @param startingBlock our head's number when it began
 * @param currentBlock our head's number
 * @param highestBlock the highest number a peer claims
 */
public record SyncProgress(long startingBlock, long currentBlock, long highestBlock) {}
