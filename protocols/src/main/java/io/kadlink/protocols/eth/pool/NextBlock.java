package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.rules.BaseFee;
import io.kadlink.protocols.eth.rules.BlobFee;
import io.kadlink.protocols.eth.rules.BlobParameters;
import io.kadlink.protocols.eth.rules.ChainConfig;
import io.kadlink.protocols.eth.rules.Fork;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * What is known of the block after the head.
 *
 * @param number unsigned
 * @param baseFee wei per gas
 * @param blobBaseFee wei per blob gas
 * @param gasLimit of the head, unsigned; the next may differ by a thousandth
 * @param maxBlobs that it can carry; 0 before Cancun
 */
public record NextBlock(
    long number, Fork fork, UInt256 baseFee, UInt256 blobBaseFee, long gasLimit, int maxBlobs) {

  /** The block after {@code parent}, as if it came at once. */
  public static NextBlock after(BlockHeader parent, ChainConfig config) {
    long number = parent.number() + 1;
    long timestamp = parent.timestamp() + 1;
    Fork fork = config.fork(number, timestamp);
    boolean londonAtParent = config.fork(parent.number(), parent.timestamp()).has(Fork.LONDON);
    UInt256 baseFee = fork.has(Fork.LONDON) ? BaseFee.after(parent, londonAtParent) : UInt256.ZERO;
    if (!fork.has(Fork.CANCUN)) {
      return new NextBlock(number, fork, baseFee, BlobFee.MIN, parent.gasLimit(), 0);
    }
    BlobParameters blobs = config.blobs(timestamp);
    long excess = BlobFee.excessAfter(parent, blobs, fork.has(Fork.LATER));
    return new NextBlock(
        number, fork, baseFee, BlobFee.perGas(excess, blobs), parent.gasLimit(), blobs.max());
  }
}
