/**
 * What is said to routers and STUN servers, as bytes and back: NAT-PMP (RFC 6886), PCP (RFC 6887),
 * STUN (RFC 8489), SSDP and SOAP (UPnP Device Architecture). Codecs only: no sockets, no clocks, no
 * state. Each decoder believes nothing and has a fuzz target.
 */
@NullMarked
package io.kadlink.server.nat.wire;

import org.jspecify.annotations.NullMarked;
