package io.kadlink.rlpx.handshake;

import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.frame.FrameKeys;

/**
 * A completed handshake.
 *
 * @param remote the identity it proved
 * @param keys what the frames of this session are sealed with
 */
public record HandshakeResult(PublicKey remote, FrameKeys keys) {}
