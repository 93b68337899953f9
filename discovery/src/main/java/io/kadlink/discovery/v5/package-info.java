/**
 * Discovery protocol version 5.1 (devp2p specification, discv5-wire.md and discv5-theory.md):
 * packets and messages as records, their codecs, sessions and the handshake that makes them,
 * requests that wait for an answer, and the protocol's rules. Knows the table; of lookups only what
 * they ask of a protocol.
 */
@NullMarked
package io.kadlink.discovery.v5;

import org.jspecify.annotations.NullMarked;
