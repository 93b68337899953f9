/**
 * Circuits through a node that both ends have a session with: reach who cannot be dialed. {@link
 * io.kadlink.protocols.relay.Relay} is the door; behind it a relay service, the ends of circuits,
 * the dialer that goes through announced relays, and the reachability of a node that does not
 * listen. All state lives on the protocol's loop. Specification: docs/protocols/relay.md.
 */
@NullMarked
package io.kadlink.protocols.relay;

import org.jspecify.annotations.NullMarked;
