package io.kadlink.cli.rpc;

import org.apache.tuweni.units.bigints.UInt256;

/** Numbers as JSON-RPC writes them: {@code 0x} and hex without leading zeros. */
final class Quantity {
  private Quantity() {}

  /** An unsigned 64-bit number. */
  static String of(long value) {
    return "0x" + Long.toHexString(value);
  }

  static String of(UInt256 value) {
    return value.toMinimalBytes().isEmpty() ? "0x0" : value.toShortHexString();
  }
}
