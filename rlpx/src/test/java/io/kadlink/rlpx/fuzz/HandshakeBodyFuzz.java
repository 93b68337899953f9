package io.kadlink.rlpx.fuzz;

import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.handshake.InitiatorHandshake;
import io.kadlink.rlpx.handshake.RecipientHandshake;
import io.kadlink.rlpx.handshake.SealedPackets;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.Arrays;
import java.util.Random;

/** Well encrypted auths and acks that say anything. */
public final class HandshakeBodyFuzz {
  private static final Random RANDOM = new Random(1);
  private static final NodeKey KEY = NodeKey.generate();
  private static final int LONGEST = 1000;

  private HandshakeBodyFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    byte[] body = Arrays.copyOf(data, Math.min(data.length, LONGEST));
    byte[] packet = SealedPackets.seal(body, KEY.publicKey(), RANDOM);
    try {
      new RecipientHandshake(KEY, RANDOM).answer(packet);
    } catch (ProtocolViolation expected) {
      // the only way to fail
    }
    try {
      new InitiatorHandshake(KEY, KEY.publicKey(), RANDOM).complete(packet);
    } catch (ProtocolViolation expected) {
      // the only way to fail
    }
  }
}
