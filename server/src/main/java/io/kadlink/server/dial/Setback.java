package io.kadlink.server.dial;

import com.google.common.collect.Comparators;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.time.Duration;
import java.util.Optional;

/**
 * What kept a node from being, or from staying, a peer; and so how long it is of no use to dial it
 * again. The first time {@link #first}, then twice as long each time, up to {@link #longest}.
 */
public enum Setback {
  /** Nothing answered there, or not in time. */
  UNREACHABLE(Duration.ofSeconds(35), Duration.ofMinutes(30)),
  /** It has as many peers as it wants; its slots are taken by others within minutes. */
  FULL(Duration.ofMinutes(1), Duration.ofMinutes(10)),
  /** One of the two has no use for the other. */
  USELESS(Duration.ofMinutes(10), Duration.ofHours(2)),
  /** Another network, chain or version; that changes with the next release, if ever. */
  INCOMPATIBLE(Duration.ofMinutes(30), Duration.ofHours(6)),
  /** Another node is there, or this one itself. */
  WRONG_IDENTITY(Duration.ofHours(1), Duration.ofHours(6)),
  /** We would not have it. */
  REFUSED_BY_US(Duration.ofSeconds(35), Duration.ofMinutes(5)),
  /** It left, or the connection broke, for no fault of either. */
  LOST(Duration.ofSeconds(35), Duration.ofMinutes(5)),
  /** There is another connection with it. */
  OTHER_CONNECTION(Duration.ofSeconds(35), Duration.ofSeconds(35));

  private final Duration first;
  private final Duration longest;

  Setback(Duration first, Duration longest) {
    this.first = first;
    this.longest = longest;
  }

  /** How long to wait after it happened for the {@code times}th time in a row, 1 or more. */
  Duration backOff(int times) {
    Duration wait = first;
    for (int i = 1; i < times && wait.compareTo(longest) < 0; i++) {
      wait = wait.multipliedBy(2);
    }
    return Comparators.min(wait, longest);
  }

  /**
   * What a reason to disconnect means.
   *
   * @param reason empty when nothing was said
   */
  public static Setback of(Optional<DisconnectReason> reason) {
    if (reason.isEmpty()) {
      return UNREACHABLE;
    }
    return switch (reason.get()) {
      case TOO_MANY_PEERS -> FULL;
      case USELESS_PEER, PROTOCOL_BREACH -> USELESS;
      case INCOMPATIBLE_VERSION, SUBPROTOCOL_ERROR -> INCOMPATIBLE;
      case UNEXPECTED_IDENTITY, INVALID_IDENTITY, SELF -> WRONG_IDENTITY;
      case ALREADY_CONNECTED -> OTHER_CONNECTION;
      case REQUESTED, CLIENT_QUITTING, NETWORK_ERROR, TIMEOUT, UNKNOWN -> LOST;
    };
  }
}
