package io.kadlink.bench.rlpx;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.crypto.Secp256k1;
import io.kadlink.rlpx.handshake.HandshakeResult;
import io.kadlink.rlpx.handshake.InitiatorHandshake;
import io.kadlink.rlpx.handshake.RecipientHandshake;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Whole handshakes, both sides on one core, without a network; and the curve operations they can't
 * do without.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HandshakeBenchmark {
  private final SecureRandom random = new SecureRandom();
  private final NodeKey dialer = NodeKey.generate();
  private final NodeKey dialed = NodeKey.generate();
  private final RecipientHandshake recipient = new RecipientHandshake(dialed, random);

  private final Secp256k1 curve = Secp256k1.get();
  private final byte[] secret = secret();
  private final byte[] point = curve.publicKey(secret());
  private final byte[] digest = secret();
  private final byte[] signature = curve.sign(digest, secret);

  private static byte[] secret() {
    byte[] secret = new byte[Secp256k1.SCALAR_BYTES];
    new SecureRandom().nextBytes(secret);
    secret[0] = 1; // in range
    return secret;
  }

  /**
   * On each side an ephemeral key and one for ECIES, two points that came in, and four agreements
   * (ECIES twice, static, ephemeral); the initiator's signature, and the key recovered from it.
   */
  @Benchmark
  public void curveOperations(Blackhole sink) {
    for (int side = 0; side < 2; side++) {
      for (int i = 0; i < 2; i++) {
        sink.consume(curve.publicKey(secret));
        sink.consume(curve.isValidPublicKey(point));
      }
      for (int i = 0; i < 4; i++) {
        sink.consume(curve.ecdhX(secret, point));
      }
    }
    sink.consume(curve.sign(digest, secret));
    sink.consume(curve.recover(digest, signature));
  }

  @Benchmark
  public HandshakeResult bothSides() throws ProtocolViolation {
    InitiatorHandshake initiator = new InitiatorHandshake(dialer, dialed.publicKey(), random);
    return initiator.complete(recipient.answer(initiator.auth()).ack());
  }
}
