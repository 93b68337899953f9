package io.kadlink.rlpx;

import io.kadlink.identity.Signer;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.HelloElement;
import io.kadlink.rlpx.wire.MessageCodec;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;

/**
 * Who we are on RLPx and what we allow.
 *
 * @param signer this node's key
 * @param clientId what Hello says we are, at most 256 printable ASCII characters
 * @param capabilities what we speak, and how many message ids each takes
 * @param maxPendingBytes capabilities that may have less waiting for a connection than their part
 *     of {@link RlpxLimits#maxPendingBytes}, and how much
 * @param listenPort for Hello's legacy field, 0 to 65535; 0 when unknown
 * @param elements what Hello says after its known fields, asked for each connection, from any
 *     thread; at most {@value #MAX_ELEMENTS_BYTES} bytes as they are encoded, else the Hello goes
 *     without them
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
    Map<Capability, Long> maxPendingBytes,
    int listenPort,
    Supplier<List<HelloElement>> elements,
    Gate gate,
    RlpxLimits limits,
    RandomGenerator random,
    Executor computation,
    MeterRegistry metrics) {

  /**
   * Three quarters of a Hello. The known fields have to fit the rest when there are elements, so
   * that these may change while we run.
   */
  public static final int MAX_ELEMENTS_BYTES = BaseMessageCodec.MAX_PAYLOAD_BYTES * 3 / 4;

  private static final int MAX_CLIENT_ID_CHARS = 256;
  private static final int MAX_PORT = 65535;

  public RlpxOptions {
    capabilities = Collections.unmodifiableSortedMap(new TreeMap<>(capabilities));
    maxPendingBytes = Map.copyOf(maxPendingBytes);
    if (maxPendingBytes.values().stream().anyMatch(bytes -> bytes < 1)) {
      throw new IllegalArgumentException("a limit of nothing allows nothing");
    }
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
    int length = encoded(signer, clientId, capabilities, listenPort, List.of()).size();
    if (length > BaseMessageCodec.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException("so many capabilities make a Hello too long to be read");
    }
    List<HelloElement> now = elements.get();
    int room = BaseMessageCodec.MAX_PAYLOAD_BYTES - length;
    if (!now.isEmpty() && room < MAX_ELEMENTS_BYTES) {
      throw new IllegalArgumentException(
          "capabilities and client id leave %d of %d bytes that Hello keeps for more elements"
              .formatted(room, MAX_ELEMENTS_BYTES));
    }
    int taken = encoded(signer, clientId, capabilities, listenPort, now).size() - length;
    if (taken > MAX_ELEMENTS_BYTES) {
      throw new IllegalArgumentException(
          "Hello elements of %d bytes; at most %d".formatted(taken, MAX_ELEMENTS_BYTES));
    }
  }

  /** What we say first on a connection. */
  Hello hello() {
    Hello hello = hello(signer, clientId, capabilities, listenPort, elements.get());
    return hello.elements().isEmpty()
            || BaseMessageCodec.encode(hello).size() <= BaseMessageCodec.MAX_PAYLOAD_BYTES
        ? hello
        : hello(signer, clientId, capabilities, listenPort, List.of());
  }

  private static Bytes encoded(
      Signer signer,
      String clientId,
      SortedMap<Capability, Integer> capabilities,
      int port,
      List<HelloElement> elements) {
    return BaseMessageCodec.encode(hello(signer, clientId, capabilities, port, elements));
  }

  private static Hello hello(
      Signer signer,
      String clientId,
      SortedMap<Capability, Integer> capabilities,
      int port,
      List<HelloElement> elements) {
    return new Hello(
        Hello.PROTOCOL_VERSION,
        clientId,
        List.copyOf(capabilities.keySet()),
        port,
        signer.publicKey(),
        elements);
  }

  /**
   * Starts from: no capability, port 0, no Hello elements, a gate that lets everyone in, the
   * default limits, the system's secure random source, computation on the event loop.
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
    private final Map<Capability, Long> maxPendingBytes = new HashMap<>();
    private int listenPort;
    private Supplier<List<HelloElement>> elements = List::of;
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

    /** Lets a capability have no more than this waiting for a connection. */
    public Builder maxPendingBytes(Capability capability, long bytes) {
      maxPendingBytes.put(capability, bytes);
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

    /** What Hello says after its known fields at the time of each connection. */
    public Builder helloElements(Supplier<List<HelloElement>> elements) {
      this.elements = elements;
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
          signer,
          clientId,
          capabilities,
          maxPendingBytes,
          listenPort,
          elements,
          gate,
          limits,
          random,
          computation,
          metrics);
    }
  }
}
