package io.kadlink.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code kadlink bootnode}: those of a node that concern discovery. */
final class BootnodeOptions {
  @Mixin CommonOptions common = new CommonOptions();

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "UDP port, 0 takes a free one (default: ${DEFAULT-VALUE}).")
  int port = 30303;

  BootnodeOptions() {}
}
