package io.kadlink.server.nat.wire;

/** The two protocols that have ports to map, with their IANA numbers. */
public enum IpProtocol {
  TCP(6),
  UDP(17);

  private final int number;

  IpProtocol(int number) {
    this.number = number;
  }

  /** The protocol number in an IP header. */
  public int number() {
    return number;
  }
}
