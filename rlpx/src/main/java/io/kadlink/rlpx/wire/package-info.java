/**
 * What is said over RLPx: message ids and payloads, the base protocol (Hello, Disconnect, Ping,
 * Pong), and how capabilities are negotiated. No I/O.
 */
@NullMarked
package io.kadlink.rlpx.wire;

import org.jspecify.annotations.NullMarked;
