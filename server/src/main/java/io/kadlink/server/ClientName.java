package io.kadlink.server;

import java.util.Locale;

/** What this software calls itself in Hello: name, version, platform and runtime, as others do. */
public final class ClientName {
  private ClientName() {}

  /**
   * {@code kadlink/v<version>/<os>-<arch>/java<feature>}.
   *
   * @param program a class of the jar whose version it is
   */
  public static String of(Class<?> program) {
    return "kadlink/v"
        + version(program)
        + "/"
        + property("os.name")
        + "-"
        + property("os.arch")
        + "/java"
        + Runtime.version().feature();
  }

  /** The build's version, {@code dev} when run from classes. */
  public static String version(Class<?> program) {
    String version = program.getPackage().getImplementationVersion();
    return version == null ? "dev" : version;
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown").toLowerCase(Locale.ROOT).replace(' ', '-');
  }
}
