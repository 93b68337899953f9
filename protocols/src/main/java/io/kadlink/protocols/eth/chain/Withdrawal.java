package io.kadlink.protocols.eth.chain;

import org.apache.tuweni.bytes.Bytes;

/**
 * An EIP-4895 withdrawal.
 *
 * @param index unsigned 64-bit
 * @param validatorIndex unsigned 64-bit
 * @param address 20 bytes
 * @param amountGwei unsigned 64-bit
 */
public record Withdrawal(long index, long validatorIndex, Bytes address, long amountGwei) {}
