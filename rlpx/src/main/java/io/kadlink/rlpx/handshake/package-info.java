/**
 * The EIP-8 handshake that proves both identities and makes a session's keys: pure computation over
 * packets, handed its randomness and the node's key as a {@code Signer}. Opens nothing, waits for
 * nothing.
 */
@NullMarked
package io.kadlink.rlpx.handshake;

import org.jspecify.annotations.NullMarked;
