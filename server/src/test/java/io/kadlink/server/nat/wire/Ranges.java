package io.kadlink.server.nat.wire;

/** What numbers on the wire can be. */
final class Ranges {
  private Ranges() {}

  static boolean port(int value) {
    return value >= 0 && value <= 65_535;
  }

  static boolean unsigned(long value) {
    return value >= 0 && value <= 0xffff_ffffL;
  }
}
