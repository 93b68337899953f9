package io.kadlink.protocols.eth.rules;

import org.apache.tuweni.bytes.Bytes;

/** Addresses that answer calls without having code. */
public final class Precompiles {
  /** ECRECOVER to BLAKE2F, since Istanbul. */
  private static final int LAST_OF_ISTANBUL = 0x09;

  /** The point evaluation of EIP-4844. */
  private static final int LAST_OF_CANCUN = 0x0a;

  /** The BLS12-381 operations of EIP-2537. */
  private static final int LAST_OF_PRAGUE = 0x11;

  private Precompiles() {}

  public static boolean contains(Bytes address, Fork fork) {
    if (address.numberOfLeadingZeroBytes() < address.size() - 1) {
      return false;
    }
    int last =
        fork.has(Fork.PRAGUE)
            ? LAST_OF_PRAGUE
            : fork.has(Fork.CANCUN) ? LAST_OF_CANCUN : LAST_OF_ISTANBUL;
    int number = address.get(address.size() - 1) & 0xff;
    return number >= 1 && number <= last;
  }
}
