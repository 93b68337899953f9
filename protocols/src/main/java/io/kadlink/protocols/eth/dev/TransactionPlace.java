package io.kadlink.protocols.eth.dev;

import org.apache.tuweni.bytes.Bytes32;

/**
 * Where a transaction stands in the canonical chain.
 *
 * @param index its place in the block's body, from 0
 */
public record TransactionPlace(Bytes32 blockHash, int index) {}
