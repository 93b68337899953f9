package io.kadlink.protocols.eth.dev;

import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * What a transaction pool judges by: the accounts at the head, and the rules of the next block.
 *
 * @param state accounts at the head, used under the pool's lock only
 * @param fork rules of the block after the head
 * @param baseFee base fee of the block after the head
 * @param gasLimit gas limit of the head
 */
record StateView(WorldState state, Fork fork, UInt256 baseFee, long gasLimit) {
  Account account(Bytes address) {
    return state.account(address);
  }
}
