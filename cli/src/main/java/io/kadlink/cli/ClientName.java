package io.kadlink.cli;

import java.util.Locale;

/** What this program calls itself in Hello and {@code web3_clientVersion}. */
final class ClientName {
  private ClientName() {}

  /** {@code kadlink/v<version>/<os>-<arch>/java<feature>}. */
  static String full() {
    return "kadlink/v"
        + version()
        + "/"
        + property("os.name")
        + "-"
        + property("os.arch")
        + "/java"
        + Runtime.version().feature();
  }

  /** The build's version, {@code dev} when run from classes. */
  static String version() {
    String version = Kadlink.class.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown").toLowerCase(Locale.ROOT).replace(' ', '-');
  }
}
