package io.kadlink.cli;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --nat}: how others see this node's address. */
final class NatOption {
  private static final String NONE = "none";
  private static final String EXTERNAL = "extip:";

  @Option(
      names = "--nat",
      paramLabel = "none|extip:IP",
      description = "How others see this node's address (default: ${DEFAULT-VALUE}).")
  private String method = NONE;

  NatOption() {}

  /**
   * The address of {@code extip:IP}; empty for {@code none}.
   *
   * @throws CommandFailure when it is neither
   */
  Optional<InetAddress> externalAddress() {
    if (method.equals(NONE)) {
      return Optional.empty();
    }
    if (method.startsWith(EXTERNAL)) {
      String literal = method.substring(EXTERNAL.length());
      if (InetAddresses.isInetAddress(literal)) {
        return Optional.of(InetAddresses.forString(literal));
      }
    }
    throw new CommandFailure("--nat takes none or extip:IP (an IP address), not '" + method + "'");
  }
}
