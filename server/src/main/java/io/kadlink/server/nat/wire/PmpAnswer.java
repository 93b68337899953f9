package io.kadlink.server.nat.wire;

import java.net.InetAddress;

/** What a NAT-PMP gateway answers (RFC 6886 §3). */
public sealed interface PmpAnswer {

  /** Seconds since the gateway last lost its mappings, unsigned 32 bits. */
  long epochSeconds();

  /** The gateway's external address (§3.2). */
  record ExternalAddress(long epochSeconds, InetAddress address) implements PmpAnswer {}

  /**
   * A mapping as it was made (§3.3).
   *
   * @param externalPort what was given, which need not be what was asked for
   * @param lifetimeSeconds 0 for a mapping that was deleted
   */
  record Mapping(
      long epochSeconds,
      IpProtocol protocol,
      int internalPort,
      int externalPort,
      long lifetimeSeconds)
      implements PmpAnswer {}

  /**
   * A refusal (§3.5).
   *
   * @param operation of the request: 0 external address, 1 map UDP, 2 map TCP
   * @param result never 0
   */
  record Refusal(long epochSeconds, int operation, int result) implements PmpAnswer {

    /** In words. */
    public String why() {
      return switch (result) {
        case 1 -> "it does not speak this version of NAT-PMP";
        case 2 -> "it is not authorised: port mapping is turned off in the router";
        case 3 -> "the router has no public address of its own";
        case 4 -> "the router is out of resources";
        case 5 -> "the router does not know this operation";
        default -> "result code " + result;
      };
    }
  }
}
