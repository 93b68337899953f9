package io.kadlink.server.reputation;

import io.kadlink.identity.NodeId;
import java.time.Instant;

/**
 * How a node stands with us.
 *
 * @param score 0 (worthless) to 100
 * @param reports good and bad ones since it is remembered
 * @param lastBad what it did last that was not good, and when; empty text when nothing
 */
public record Standing(NodeId id, int score, long reports, String lastBad, Instant lastReport) {}
