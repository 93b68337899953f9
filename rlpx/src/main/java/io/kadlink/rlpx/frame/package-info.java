/**
 * Frames: how messages are cut, encrypted and authenticated once the handshake has made keys, and
 * how their payload is compressed. No channel and no timer comes in here; only buffers.
 */
@NullMarked
package io.kadlink.rlpx.frame;

import org.jspecify.annotations.NullMarked;
