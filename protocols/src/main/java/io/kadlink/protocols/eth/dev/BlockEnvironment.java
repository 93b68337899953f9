package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.rules.Fork;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/** What the execution of a block depends on besides the state and the transactions. */
record BlockEnvironment(
    Fork fork,
    long number,
    long timestamp,
    Bytes coinbase,
    UInt256 baseFee,
    long gasLimit,
    Bytes32 parentHash,
    Bytes32 parentBeaconBlockRoot) {

  /** The environment of a block with this header, whose fields have been checked. */
  static BlockEnvironment of(BlockHeader header, Fork fork) {
    return new BlockEnvironment(
        fork,
        header.number(),
        header.timestamp(),
        header.coinbase(),
        header.baseFee().orElse(UInt256.ZERO),
        header.gasLimit(),
        header.parentHash(),
        header.parentBeaconBlockRoot().orElse(Bytes32.ZERO));
  }
}
