package io.kadlink.server.nat.wire;

import java.net.InetAddress;
import org.apache.tuweni.bytes.Bytes;

/** What a PCP server answers (RFC 6887 §7.2). */
public sealed interface PcpAnswer {

  /** Seconds since the server last lost its mappings, unsigned 32 bits. */
  long epochSeconds();

  /**
   * A mapping as it was made (§11.1).
   *
   * @param nonce of the request
   * @param protocol its IANA number
   * @param lifetimeSeconds 0 for a mapping that was deleted
   */
  record Mapping(
      long epochSeconds,
      Bytes nonce,
      int protocol,
      int internalPort,
      int externalPort,
      InetAddress externalAddress,
      long lifetimeSeconds)
      implements PcpAnswer {}

  /** The server is there (§14.1). */
  record Announcement(long epochSeconds) implements PcpAnswer {}

  /**
   * A refusal (§7.4).
   *
   * @param result never 0
   * @param lifetimeSeconds how long it will go on to refuse
   */
  record Refusal(long epochSeconds, int operation, int result, long lifetimeSeconds)
      implements PcpAnswer {

    /** In words. */
    public String why() {
      return switch (result) {
        case UNSUPPORTED_VERSION -> "it does not speak this version of PCP";
        case NOT_AUTHORIZED -> "it is not authorised: port mapping is turned off in the router";
        case 4 -> "the router does not know this operation";
        case 7 -> "the router has no public address of its own";
        case 8 -> "the router is out of resources";
        case 10 -> "the router allows no more ports to one client";
        case CANNOT_PROVIDE_EXTERNAL -> "the external port can't be had";
        case 12 -> "there is another NAT between this node and the router";
        default -> "result code " + result;
      };
    }
  }

  /** Also what a gateway says that only speaks NAT-PMP. */
  int UNSUPPORTED_VERSION = 1;

  int NOT_AUTHORIZED = 2;

  int CANNOT_PROVIDE_EXTERNAL = 11;
}
