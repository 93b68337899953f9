package io.kadlink.rlpx;

import io.kadlink.identity.Signer;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.MessageCodec;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Who we are on RLPx and what we allow.
 *
 * @param signer this node's key
 * @param clientId what Hello says we are, at most 256 printable ASCII characters
 * @param capabilities what we speak, and how many message ids each takes
 * @param listenPort for Hello's legacy field, 0 to 65535; 0 when unknown
 * @param gate asked whether a connection may go on
 * @param limits of time and memory
 * @param random for ephemeral keys, nonces and padding: unpredictable, unless the whole network is
 *     simulated; thread-safe when there are several event loops, or threads for computation
 * @param computation where the handshake's curve operations run (about 0.3 ms each connection) and
 *     where large messages are decompressed (up to some milliseconds each, two at a time); {@code
 *     Runnable::run} leaves them on the event loop
 * @param metrics where what happens is counted
 */
public record RlpxOptions(
    Signer signer,
    String clientId,
    SortedMap<Capability, Integer> capabilities,
    int listenPort,
    Gate gate,
    RlpxLimits limits,
    RandomGenerator random,
    Executor computation,
    MeterRegistry metrics) {

  private static final int MAX_CLIENT_ID_CHARS = 256;
  private static final int MAX_PORT = 65535;

  public RlpxOptions {
    capabilities = Collections.unmodifiableSortedMap(new TreeMap<>(capabilities));
    if (clientId.length() > MAX_CLIENT_ID_CHARS
        || !clientId.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException("not a client id: '" + clientId + "'");
    }
    if (listenPort < 0 || listenPort > MAX_PORT) {
      throw new IllegalArgumentException("not a port: " + listenPort);
    }
    long ids = BaseMessage.ID_COUNT;
    for (int count : capabilities.values()) {
      if (count < 0) {
        throw new IllegalArgumentException("a capability with " + count + " message ids");
      }
      ids += count;
    }
    if (ids > MessageCodec.MAX_ID) {
      throw new IllegalArgumentException("the capabilities take " + ids + " message ids");
    }
    Hello hello = hello(signer, clientId, capabilities, listenPort);
    if (BaseMessageCodec.encode(hello).size() > BaseMessageCodec.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException("so many capabilities make a Hello too long to be read");
    }
  }

  /** What we say first on every connection. */
  Hello hello() {
    return hello(signer, clientId, capabilities, listenPort);
  }

  private static Hello hello(
      Signer signer, String clientId, SortedMap<Capability, Integer> capabilities, int port) {
    return new Hello(
        Hello.PROTOCOL_VERSION,
        clientId,
        List.copyOf(capabilities.keySet()),
        port,
        signer.publicKey());
  }

  /**
   * Starts from: no capability, port 0, a gate that lets everyone in, the default limits, the
   * system's secure random source, computation on the event loop.
   */
  public static Builder builder(Signer signer, String clientId, MeterRegistry metrics) {
    return new Builder(signer, clientId, metrics);
  }

  /** Collects options; the last call wins. */
  public static final class Builder {
    private final Signer signer;
    private final String clientId;
    private final MeterRegistry metrics;
    private final SortedMap<Capability, Integer> capabilities = new TreeMap<>();
    private int listenPort;
    private Gate gate = Gate.OPEN;
    private RlpxLimits limits = RlpxLimits.DEFAULT;
    private RandomGenerator random = new SecureRandom();
    private Executor computation = Runnable::run;

    private Builder(Signer signer, String clientId, MeterRegistry metrics) {
      this.signer = signer;
      this.clientId = clientId;
      this.metrics = metrics;
    }

    /** Adds one capability that takes {@code messageCount} message ids. */
    public Builder capability(Capability capability, int messageCount) {
      capabilities.put(capability, messageCount);
      return this;
    }

    /** Adds capabilities with the number of message ids each takes. */
    public Builder capabilities(Map<Capability, Integer> messageCounts) {
      capabilities.putAll(messageCounts);
      return this;
    }

    public Builder listenPort(int port) {
      listenPort = port;
      return this;
    }

    public Builder gate(Gate gate) {
      this.gate = gate;
      return this;
    }

    public Builder limits(RlpxLimits limits) {
      this.limits = limits;
      return this;
    }

    public Builder random(RandomGenerator random) {
      this.random = random;
      return this;
    }

    public Builder computation(Executor computation) {
      this.computation = computation;
      return this;
    }

    public RlpxOptions build() {
      return new RlpxOptions(
          signer, clientId, capabilities, listenPort, gate, limits, random, computation, metrics);
    }
  }
}
