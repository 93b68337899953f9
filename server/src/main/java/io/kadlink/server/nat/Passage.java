package io.kadlink.server.nat;

/** What is asked of a router, by the family of addresses. */
enum Passage {
  /** IPv4: connections to ports of the router's own address are sent on to this node. */
  MAPPING("kadlink.nat.found", "there is no router"),
  /** IPv6: connections to this node's address may pass the router's firewall. */
  PINHOLE("kadlink.nat.pinhole", "there is no IPv6 router, or no global IPv6 address");

  private final String gauge;
  private final String withoutRouter;

  Passage(String gauge, String withoutRouter) {
    this.gauge = gauge;
    this.withoutRouter = withoutRouter;
  }

  /** The metric that says whether there is one. */
  String gauge() {
    return gauge;
  }

  String withoutRouter() {
    return withoutRouter;
  }

  boolean isOf(Route route) {
    return route.isIpv6() == (this == PINHOLE);
  }
}
