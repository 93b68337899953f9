package io.kadlink.bench.discovery;

import io.kadlink.discovery.v5.AesGcm;
import io.kadlink.discovery.v5.BadPacketException;
import io.kadlink.discovery.v5.MaskingIv;
import io.kadlink.discovery.v5.Message;
import io.kadlink.discovery.v5.MessageCodec;
import io.kadlink.discovery.v5.Nonce;
import io.kadlink.discovery.v5.Packet;
import io.kadlink.discovery.v5.PacketCodec;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
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
 * discv5 ordinary packets with each kind of message, in the sizes they have on the network. {@code
 * decode} and {@code encode} are to be compared with {@code rawDecode} and {@code rawEncode} of the
 * same run: the AES work that no implementation can do without, on the same bytes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class V5PacketBenchmark {
  private static final int HEADER_END = 71;
  private static final int IV = 16;
  private static final int TAG_BITS = 128;
  private static final Bytes SESSION_KEY = Bytes.wrap(new byte[AesGcm.KEY_BYTES]);

  @Param({"ping", "pong", "findnode", "nodes", "talkreq", "talkresp"})
  public String kind = "ping";

  private final NodeKey from = NodeKey.generate();
  private final NodeKey to = NodeKey.generate();
  private final PacketCodec sender = new PacketCodec(from.id());
  private final PacketCodec receiver = new PacketCodec(to.id());
  private final AesGcm writing = new AesGcm(SESSION_KEY);
  private final AesGcm reading = new AesGcm(SESSION_KEY);
  private final SecretKeySpec key = new SecretKeySpec(SESSION_KEY.toArray(), "AES");
  private final byte[] counters = new byte[4 * IV];
  private final byte[] stream = new byte[4 * IV];
  private final byte[] nonceBytes = new byte[Nonce.BYTES];
  private final Cipher mask = cipher("AES/ECB/NoPadding");
  private final Cipher gcmIn = cipher("AES/GCM/NoPadding");
  private final Cipher gcmOut = cipher("AES/GCM/NoPadding");
  private Message message = new Message.Ping(Bytes.EMPTY, 0);
  private byte[] plaintext = new byte[0];
  private byte[] datagram = new byte[0];
  private byte[] unmasked = new byte[0];
  private int sent;

  private static Cipher cipher(String name) {
    try {
      return Cipher.getInstance(name);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Setup
  public void prepare() throws UnknownHostException, GeneralSecurityException, BadPacketException {
    message = message();
    plaintext = MessageCodec.encode(message);
    datagram = sender.ordinary(to.id(), new MaskingIv(1, 2), new Nonce(0, 0), plaintext, writing);
    unmasked = datagram.clone();
    if (!(receiver.decode(unmasked) instanceof Packet.Ordinary)) {
      throw new IllegalStateException();
    }
    mask.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(to.id().bytes().toArray(), 0, IV, "AES"));
  }

  private Message message() throws UnknownHostException {
    Bytes id = Bytes.fromHexString("0x0102030405060708");
    InetAddress address = InetAddress.getByAddress(new byte[] {100, 20, 30, 40});
    Bytes record = NodeRecord.builder().endpoint(address, 30303, 30303).sign(from).encode();
    return switch (kind) {
      case "ping" -> new Message.Ping(id, 1_700_000_000_000L);
      case "pong" ->
          new Message.Pong(id, 1_700_000_000_000L, new InetSocketAddress(address, 30303));
      case "findnode" -> new Message.FindNode(id, List.of(256, 255, 254));
      case "nodes" -> new Message.Nodes(id, 1, Collections.nCopies(8, record));
      case "talkreq" -> new Message.TalkRequest(id, Bytes.of(1, 2), Bytes.wrap(new byte[200]));
      case "talkresp" -> new Message.TalkResponse(id, Bytes.wrap(new byte[200]));
      default -> throw new IllegalArgumentException(kind);
    };
  }

  /** From the bytes to the message. */
  @Benchmark
  public Message decode() throws BadPacketException {
    Packet.Ordinary packet = (Packet.Ordinary) receiver.decode(datagram.clone());
    byte[] opened =
        reading.open(
            packet.message().datagram().toArrayUnsafe(), packet.message().offset(), packet.nonce());
    if (opened == null) {
      throw new IllegalStateException();
    }
    return MessageCodec.decode(opened);
  }

  @Benchmark
  public byte[] rawDecode() throws GeneralSecurityException {
    byte[] bytes = unmasked.clone();
    mask.update(counters, 0, counters.length, stream, 0);
    gcmIn.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonceBytes));
    gcmIn.updateAAD(bytes, 0, HEADER_END);
    return gcmIn.doFinal(bytes, HEADER_END, bytes.length - HEADER_END);
  }

  /** A packet of a stranger: what it costs until it is known that no session fits. */
  @Benchmark
  public Packet decodeHeader() throws BadPacketException {
    return receiver.decode(datagram.clone());
  }

  /** What it costs to tell discv4 and discv5 apart. */
  @Benchmark
  public boolean recognize() {
    return receiver.recognizes(datagram);
  }

  @Benchmark
  public byte[] encode() {
    return sender.ordinary(
        to.id(), new MaskingIv(1, 2), new Nonce(++sent, 1), MessageCodec.encode(message), writing);
  }

  /** The mask's key is the recipient's id, so it is another one for each packet. */
  @Benchmark
  public byte[] rawEncode() throws GeneralSecurityException {
    byte[] bytes = unmasked.clone();
    sent++;
    for (int i = 0; i < Integer.BYTES; i++) {
      nonceBytes[i] = (byte) (sent >>> (i * Byte.SIZE));
    }
    gcmOut.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonceBytes));
    gcmOut.updateAAD(bytes, 0, HEADER_END);
    gcmOut.doFinal(plaintext, 0, plaintext.length, bytes, HEADER_END);
    mask.init(
        Cipher.ENCRYPT_MODE, new SecretKeySpec(to.id().bytes().toArrayUnsafe(), 0, IV, "AES"));
    mask.update(counters, 0, counters.length, stream, 0);
    return bytes;
  }
}
