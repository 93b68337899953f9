package io.kadlink.bench.rlpx;

import io.kadlink.identity.NodeKey;
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

/** Whole handshakes, both sides on one core, without a network. */
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

  @Benchmark
  public HandshakeResult bothSides() throws ProtocolViolation {
    InitiatorHandshake initiator = new InitiatorHandshake(dialer, dialed.publicKey(), random);
    return initiator.complete(recipient.answer(initiator.auth()).ack());
  }
}
