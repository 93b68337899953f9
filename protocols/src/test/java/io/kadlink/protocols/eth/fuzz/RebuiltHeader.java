package io.kadlink.protocols.eth.fuzz;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.ForkFields;

/** A header made from another's fields, so that it knows nothing of the bytes that one came in. */
final class RebuiltHeader {
  private RebuiltHeader() {}

  static BlockHeader of(BlockHeader header) {
    return new BlockHeader(
        header.parentHash(),
        header.ommersHash(),
        header.coinbase(),
        header.stateRoot(),
        header.transactionsRoot(),
        header.receiptsRoot(),
        header.logsBloom(),
        header.difficulty(),
        header.number(),
        header.gasLimit(),
        header.gasUsed(),
        header.timestamp(),
        header.extraData(),
        header.mixHash(),
        header.nonce(),
        new ForkFields(
            header.baseFee(),
            header.withdrawalsRoot(),
            header.blobGasUsed(),
            header.excessBlobGas(),
            header.parentBeaconBlockRoot(),
            header.requestsHash(),
            header.blockAccessListHash(),
            header.slotNumber()));
  }
}
