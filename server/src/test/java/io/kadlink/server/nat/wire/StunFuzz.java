package io.kadlink.server.nat.wire;

/** A datagram of a STUN server either says where we are, or is refused. */
public final class StunFuzz {
  private StunFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try {
      StunAnswer answer = StunCodec.decode(data);
      boolean inRange =
          switch (answer) {
            case StunAnswer.Binding binding -> binding.seen().getPort() > 0;
            case StunAnswer.Refusal refusal -> refusal.code() >= 300 && refusal.code() <= 699;
          };
      if (!inRange || answer.transactionId().size() != StunCodec.TRANSACTION_ID_BYTES) {
        throw new AssertionError("out of range: " + answer);
      }
    } catch (BadAnswerException e) {
      // what a codec is for
    }
  }
}
