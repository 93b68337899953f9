/**
 * How a node behind a router is reached from outside: has ports mapped by UPnP, NAT-PMP or PCP and
 * keeps them mapped, or asks a STUN server for its address. {@link
 * io.kadlink.server.nat.NatTraversal} owns the state; what it finds goes out through an interface.
 * Knows neither peers nor the rest of the server.
 */
@NullMarked
package io.kadlink.server.nat;

import org.jspecify.annotations.NullMarked;
