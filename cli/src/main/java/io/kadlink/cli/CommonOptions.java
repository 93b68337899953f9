package io.kadlink.cli;

import io.kadlink.server.admission.Cidr;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What both kinds of nodes are told: whose key, at which address, among whom, watched where. */
final class CommonOptions {
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Key, and what a node stores (default: ${DEFAULT-VALUE}).")
  Path dataDir = Path.of("kadlink-data");

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "64 hex digits, made on first start (default: nodekey in the data directory).")
  private @Nullable Path keyFile;

  @Option(
      names = "--host",
      paramLabel = "IP",
      description =
          "Address to bind and advertise (default: bind all, advertise what others see, at first"
              + " loopback).")
  @Nullable InetAddress host;

  @Option(
      names = "--netrestrict",
      paramLabel = "CIDR",
      split = ",",
      converter = CidrConverter.class,
      description = "Networks outside of which nobody is heard, dialed or admitted.")
  List<Cidr> netRestrict = new ArrayList<>();

  @Option(
      names = "--limit-lan",
      description =
          "Limit the nodes of one loopback or private network, too, as those of a public one"
              + " (default: no limit there).")
  boolean limitLan;

  @Option(
      names = "--metrics-port",
      paramLabel = "N",
      description = "Prometheus metrics and /healthz on loopback (default: off).")
  @Nullable Integer metricsPort;

  @Mixin NatOption nat = new NatOption();

  CommonOptions() {}

  Path keyFile() {
    return keyFile == null ? dataDir.resolve("nodekey") : keyFile;
  }
}
