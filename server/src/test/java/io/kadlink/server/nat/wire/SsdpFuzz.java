package io.kadlink.server.nat.wire;

/** What answers a search either leads to plain HTTP at an IP address, or is refused. */
public final class SsdpFuzz {
  private SsdpFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try {
      SsdpAnswer answer = SsdpCodec.decode(data);
      if (!"http".equalsIgnoreCase(answer.location().getScheme())
          || answer.location().toString().length() > SsdpCodec.MAX_URL) {
        throw new AssertionError("leads elsewhere: " + answer);
      }
      SsdpCodec.host(answer.location());
    } catch (BadAnswerException e) {
      // what a codec is for
    }
  }
}
