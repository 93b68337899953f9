package io.kadlink.server.dial;

import io.kadlink.identity.PublicKey;
import java.time.Instant;
import java.util.Optional;

/**
 * Why a node we know is not a peer right now.
 *
 * @param publicKey the node
 * @param why one sentence for a person
 * @param at when this was found
 * @param notBefore when it may be dialed again, if it has to wait
 */
public record DialReason(
    PublicKey publicKey, String why, Instant at, Optional<Instant> notBefore) {}
