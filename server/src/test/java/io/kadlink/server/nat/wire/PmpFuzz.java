package io.kadlink.server.nat.wire;

/** A datagram of a router either is an answer of NAT-PMP within its ranges, or is refused. */
public final class PmpFuzz {
  private PmpFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try {
      PmpAnswer answer = PmpCodec.decode(data);
      boolean inRange =
          switch (answer) {
            case PmpAnswer.ExternalAddress told -> told.address().getAddress().length == 4;
            case PmpAnswer.Mapping made ->
                Ranges.port(made.internalPort())
                    && Ranges.port(made.externalPort())
                    && Ranges.unsigned(made.lifetimeSeconds());
            case PmpAnswer.Refusal refusal -> refusal.result() > 0 && !refusal.why().isEmpty();
          };
      if (!inRange || !Ranges.unsigned(answer.epochSeconds())) {
        throw new AssertionError("out of range: " + answer);
      }
    } catch (BadAnswerException e) {
      // what a codec is for
    }
  }
}
