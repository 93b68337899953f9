package io.kadlink.server.nat;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Optional;

/**
 * How far the search for this node's endpoint is.
 *
 * @param via the protocol of the router, or {@code stun}, that gave the endpoint
 * @param server the router or STUN server that gave it
 * @param address the external address
 * @param tcpPort the external TCP port, 0 when none is mapped or known
 * @param udpPort the external UDP port, 0 when none is mapped or known
 * @param expires when the router forgets the mapping unless it is renewed before
 * @param problem what stands in the way, when something does
 * @param ipv6 the same for IPv6, where routers are asked to let connections pass their firewalls
 */
public record NatStatus(
    NatMethod method,
    State state,
    Optional<String> via,
    Optional<InetAddress> server,
    Optional<InetAddress> address,
    int tcpPort,
    int udpPort,
    Optional<Instant> expires,
    Optional<String> problem,
    Optional<NatStatus> ipv6) {

  /** Whether there is an endpoint. */
  public enum State {
    /** Nothing is asked for. */
    OFF,
    /** Routers or servers were asked, none has answered yet. */
    SEARCHING,
    /** The endpoint is known, and with a mapping the ports are open. */
    FOUND,
    /** None was of use; they are asked again. */
    FAILED
  }

  /** Of a method for which nothing needs to run. */
  public static NatStatus fixed(NatMethod method) {
    Optional<InetAddress> address =
        method instanceof NatMethod.ExternalAddress external
            ? Optional.of(external.address())
            : Optional.empty();
    return new NatStatus(
        method,
        address.isPresent() ? State.FOUND : State.OFF,
        Optional.empty(),
        Optional.empty(),
        address,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** While the search goes on, or has failed with a problem. */
  static NatStatus without(NatMethod method, Optional<String> problem) {
    return new NatStatus(
        method,
        problem.isPresent() ? State.FAILED : State.SEARCHING,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        Optional.empty(),
        problem,
        Optional.empty());
  }

  NatStatus withIpv6(NatStatus status) {
    return new NatStatus(
        method,
        state,
        via,
        server,
        address,
        tcpPort,
        udpPort,
        expires,
        problem,
        Optional.of(status));
  }
}
