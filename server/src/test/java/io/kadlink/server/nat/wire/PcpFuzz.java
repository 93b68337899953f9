package io.kadlink.server.nat.wire;

/** A datagram of a router either is an answer of PCP within its ranges, or is refused. */
public final class PcpFuzz {
  private PcpFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try {
      PcpAnswer answer = PcpCodec.decode(data);
      boolean inRange =
          switch (answer) {
            case PcpAnswer.Mapping made ->
                made.nonce().size() == PcpCodec.NONCE_BYTES
                    && Ranges.port(made.internalPort())
                    && Ranges.port(made.externalPort())
                    && Ranges.unsigned(made.lifetimeSeconds());
            case PcpAnswer.Announcement announcement -> true;
            case PcpAnswer.Refusal refusal -> refusal.result() > 0 && !refusal.why().isEmpty();
          };
      if (!inRange || !Ranges.unsigned(answer.epochSeconds())) {
        throw new AssertionError("out of range: " + answer);
      }
    } catch (BadAnswerException e) {
      // what a codec is for
    }
  }
}
