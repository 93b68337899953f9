package io.kadlink.cli;

import io.kadlink.server.admission.Cidr;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code kadlink bootnode}: those of a node that concern discovery. */
final class BootnodeOptions {
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where the key is (default: ${DEFAULT-VALUE}).")
  Path dataDir = Path.of("kadlink-data");

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "64 hex digits, made on first start (default: nodekey in the data directory).")
  @Nullable Path keyFile;

  @Option(
      names = "--host",
      paramLabel = "IP",
      description = "Address to bind and advertise (default: bind all, advertise what others see).")
  @Nullable InetAddress host;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "UDP port, 0 takes a free one (default: ${DEFAULT-VALUE}).")
  int port = 30303;

  @Option(
      names = "--netrestrict",
      paramLabel = "CIDR",
      split = ",",
      converter = CidrConverter.class,
      description = "Networks outside of which no node is heard, kept or told.")
  List<Cidr> netRestrict = new ArrayList<>();

  @Option(
      names = "--limit-lan",
      description =
          "Limit the nodes of one loopback or private network, too, as those of a public one"
              + " (default: no limit there).")
  boolean limitLan;

  @Mixin NatOption nat = new NatOption();

  @Option(
      names = "--metrics-port",
      paramLabel = "N",
      description = "Prometheus metrics and /healthz on loopback; takes memory (default: off).")
  @Nullable Integer metricsPort;

  Path keyFile() {
    return keyFile == null ? dataDir.resolve("nodekey") : keyFile;
  }
}
