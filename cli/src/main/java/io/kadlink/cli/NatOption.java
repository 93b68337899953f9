package io.kadlink.cli;

import io.kadlink.server.nat.NatMethod;
import io.kadlink.server.nat.NatOptions;
import java.time.Duration;
import picocli.CommandLine.Option;

/** {@code --nat}: how others get to know this node's address, and through a router to it. */
final class NatOption {
  @Option(
      names = "--nat",
      paramLabel = "METHOD",
      description =
          "How others reach this node: none; any, upnp, pmp or pcp have the router forward the"
              + " ports (any: all at once); extip:IP says the address; stun[:HOST[:PORT]] asks a"
              + " server for it (default: ${DEFAULT-VALUE}).")
  private String method = "none";

  @Option(
      names = "--nat-lifetime",
      paramLabel = "SECONDS",
      description =
          "How long the router is asked to forward the ports; renewed at half of it (default: 1200)")
  private long lifetimeSeconds = NatOptions.DEFAULT_LIFETIME.toSeconds();

  NatOption() {}

  /**
   * The method.
   *
   * @throws CommandFailure when there is none of that name
   */
  NatMethod method() {
    try {
      return NatMethod.parse(method);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("--nat takes " + e.getMessage(), e);
    }
  }

  /**
   * How long a mapping lives.
   *
   * @throws CommandFailure when it may not be that long
   */
  Duration lifetime() {
    try {
      return NatOptions.checkLifetime(Duration.ofSeconds(lifetimeSeconds));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("--nat-lifetime: " + e.getMessage(), e);
    }
  }
}
