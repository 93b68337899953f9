package io.kadlink.bench.discovery;

import io.kadlink.discovery.v4.BadPacketException;
import io.kadlink.discovery.v4.Packet;
import io.kadlink.discovery.v4.PacketCodec;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.identity.crypto.Secp256k1;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * discv4 packets of each kind, in the sizes they have on the network. {@code decode} and {@code
 * encode} are to be compared with {@code rawDecode} and {@code rawEncode} of the same run: the
 * curve operation and the two hashes that no implementation can do without, on the same bytes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class V4PacketBenchmark {
  private static final int HASH = 32;
  private static final int SIGNATURE = 65;
  private static final long EXPIRATION = 1_800_000_000L;

  @Param({"ping", "pong", "findnode", "neighbors", "enrrequest", "enrresponse"})
  public String kind = "ping";

  private final NodeKey key = NodeKey.generate();
  private final byte[] secret = Keccak256.hash(new byte[] {1});
  private Packet packet = new Packet.EnrRequest(EXPIRATION);
  private byte[] datagram = new byte[0];
  private byte[] notOurs = new byte[0];

  @Setup
  public void prepare() throws UnknownHostException {
    packet = packet();
    datagram = PacketCodec.encode(packet, key).datagram().toArrayUnsafe();
    notOurs = datagram.clone();
    notOurs[0] ^= 1;
  }

  private Packet packet() throws UnknownHostException {
    InetAddress address = InetAddress.getByAddress(new byte[] {100, 20, 30, 40});
    Packet.Endpoint endpoint = new Packet.Endpoint(Optional.of(address), 30303, 30303);
    Bytes hash = Bytes.wrap(Keccak256.hash(new byte[] {2}));
    return switch (kind) {
      case "ping" -> new Packet.Ping(4, endpoint, endpoint, EXPIRATION, 1_700_000_000_000L);
      case "pong" -> new Packet.Pong(endpoint, hash, EXPIRATION, 1_700_000_000_000L);
      case "findnode" -> new Packet.FindNode(key.publicKey().bytes(), EXPIRATION);
      case "neighbors" -> {
        List<Packet.Neighbor> nodes = new ArrayList<>();
        for (int i = 0; i < Packet.Neighbors.MAX_NODES; i++) {
          Bytes neighbor = NodeKey.generate().publicKey().bytes();
          nodes.add(new Packet.Neighbor(address, 30303, 30303, neighbor));
        }
        yield new Packet.Neighbors(nodes, EXPIRATION);
      }
      case "enrrequest" -> new Packet.EnrRequest(EXPIRATION);
      case "enrresponse" ->
          new Packet.EnrResponse(
              hash, NodeRecord.builder().endpoint(address, 30303, 30303).sign(key).encode());
      default -> throw new IllegalArgumentException(kind);
    };
  }

  /** From the bytes to the body and who sent it. */
  @Benchmark
  public PublicKey decode() throws BadPacketException {
    return PacketCodec.decode(datagram).recoverSender();
  }

  @Benchmark
  public byte[] rawDecode() {
    byte[] hash = Keccak256.hash(datagram, HASH, datagram.length - HASH);
    if (!Arrays.equals(hash, 0, HASH, datagram, 0, HASH)) {
      throw new IllegalStateException();
    }
    byte[] digest = Keccak256.hash(datagram, HASH + SIGNATURE, datagram.length - HASH - SIGNATURE);
    return Secp256k1.get().recover(digest, Arrays.copyOfRange(datagram, HASH, HASH + SIGNATURE));
  }

  /** A datagram of that size with a wrong hash: what garbage costs. */
  @Benchmark
  public Object refuse() {
    try {
      return PacketCodec.decode(notOurs);
    } catch (BadPacketException e) {
      return e;
    }
  }

  @Benchmark
  public Packet.Encoded encode() {
    return PacketCodec.encode(packet, key);
  }

  @Benchmark
  public byte[] rawEncode() {
    byte[] bytes = datagram.clone();
    byte[] digest = Keccak256.hash(bytes, HASH + SIGNATURE, bytes.length - HASH - SIGNATURE);
    byte[] signature = Secp256k1.get().sign(digest, secret);
    System.arraycopy(signature, 0, bytes, HASH, SIGNATURE);
    byte[] hash = Keccak256.hash(bytes, HASH, bytes.length - HASH);
    System.arraycopy(hash, 0, bytes, 0, HASH);
    return bytes;
  }
}
