package io.kadlink.server;

import io.kadlink.server.nat.NatMethod;
import io.kadlink.server.nat.NatOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * How others are to get through a router to this node.
 *
 * @param lifetime how long a mapping is asked for
 */
record NatPlan(NatMethod method, Duration lifetime) {
  static final NatPlan NONE = new NatPlan(NatMethod.none(), NatOptions.DEFAULT_LIFETIME);

  NatPlan {
    NatOptions.checkLifetime(lifetime);
  }

  /** What the operator said. */
  Optional<InetAddress> externalAddress() {
    return method instanceof NatMethod.ExternalAddress external
        ? Optional.of(external.address())
        : Optional.empty();
  }
}
