package io.kadlink.bench.discovery;

import io.kadlink.discovery.v5.AesGcm;
import io.kadlink.discovery.v5.BadPacketException;
import io.kadlink.discovery.v5.KeyAgreement;
import io.kadlink.discovery.v5.MaskingIv;
import io.kadlink.discovery.v5.Message;
import io.kadlink.discovery.v5.MessageCodec;
import io.kadlink.discovery.v5.Nonce;
import io.kadlink.discovery.v5.Packet;
import io.kadlink.discovery.v5.PacketCodec;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import java.security.GeneralSecurityException;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * discv5 packets. An ordinary packet carries a message of {@value #MESSAGE_BYTES} bytes and is to
 * be compared with the raw AES of the same run: unmasking its header by CTR and opening its message
 * by GCM, on the same bytes, with ciphers that are made once. A handshake is compared with the two
 * curve operations of its recipient.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class V5PacketBenchmark {
  private static final int MESSAGE_BYTES = 64;
  private static final int BLOCK = 16;
  private static final int HEADER_BYTES = 23 + 32;
  private static final int NONCE_OFFSET = BLOCK + 9;
  private static final int TAG_BITS = 128;

  private final Random random = new Random(1);
  private final NodeKey us = NodeKey.generate();
  private final NodeKey them = NodeKey.generate();
  private final NodeKey ephemeral = NodeKey.generate();
  private final PacketCodec ourCodec = new PacketCodec(us.id());
  private final PacketCodec theirCodec = new PacketCodec(them.id());
  private final Bytes sessionKey = Bytes.random(AesGcm.KEY_BYTES, random);
  private final AesGcm reading = new AesGcm(sessionKey);
  private final AesGcm writing = new AesGcm(sessionKey);
  private final byte[] message =
      MessageCodec.encode(
          new Message.TalkRequest(
              Bytes.random(8, random),
              Bytes.wrap(new byte[] {'b'}),
              Bytes.random(MESSAGE_BYTES - 14, random)));
  private final byte[] ordinary =
      theirCodec.ordinary(us.id(), nextIv(), nextNonce(), message, writing);
  private final byte[] garbage = Bytes.random(ordinary.length, random).toArrayUnsafe();
  private final Bytes challenge = PacketCodec.challengeData(nextIv(), nextNonce(), 1, 2, 3);
  private final byte[] whoAreYou = theirCodec.whoAreYou(us.id(), challenge);
  private final Bytes signature =
      them.sign(idDigest(us.id(), ephemeral.publicKey().compressed())).withoutRecoveryId();
  private final byte[] handshake = makeHandshake();

  private final SecretKeySpec maskKey =
      new SecretKeySpec(us.id().bytes().toArray(), 0, BLOCK, "AES");
  private final SecretKeySpec gcmKey = new SecretKeySpec(sessionKey.toArray(), "AES");
  private final Cipher ctr = cipher("AES/CTR/NoPadding");
  private final Cipher gcm = cipher("AES/GCM/NoPadding");
  private final Cipher sealing = cipher("AES/GCM/NoPadding");
  private int count;

  @Setup
  public void check() throws BadPacketException, GeneralSecurityException {
    if (message.length != MESSAGE_BYTES
        || !decodeOrdinary().equals(MessageCodec.decode(rawDecodeOrdinary()))) {
      throw new IllegalStateException("two ways to read a packet differ");
    }
  }

  private MaskingIv nextIv() {
    return new MaskingIv(random.nextLong(), random.nextLong());
  }

  private Nonce nextNonce() {
    return new Nonce(count++, random.nextLong());
  }

  private static Cipher cipher(String name) {
    try {
      return Cipher.getInstance(name);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** From the bytes to the message. */
  @Benchmark
  public Message decodeOrdinary() throws BadPacketException {
    Packet.Ordinary packet = (Packet.Ordinary) ourCodec.decode(ordinary.clone());
    byte[] plaintext =
        reading.open(
            packet.message().datagram().toArrayUnsafe(), packet.message().offset(), packet.nonce());
    return MessageCodec.decode(Objects.requireNonNull(plaintext));
  }

  @Benchmark
  public byte[] rawDecodeOrdinary() throws GeneralSecurityException {
    byte[] bytes = ordinary.clone();
    ctr.init(Cipher.DECRYPT_MODE, maskKey, new IvParameterSpec(bytes, 0, BLOCK));
    ctr.update(bytes, BLOCK, HEADER_BYTES, bytes, BLOCK);
    gcm.init(
        Cipher.DECRYPT_MODE,
        gcmKey,
        new GCMParameterSpec(TAG_BITS, bytes, NONCE_OFFSET, Nonce.BYTES));
    int end = BLOCK + HEADER_BYTES;
    gcm.updateAAD(bytes, 0, end);
    return gcm.doFinal(bytes, end, bytes.length - end);
  }

  @Benchmark
  public byte[] encodeOrdinary() {
    return ourCodec.ordinary(
        them.id(), new MaskingIv(count, count), new Nonce(count++, 1), message, writing);
  }

  @Benchmark
  public byte[] rawEncodeOrdinary() throws GeneralSecurityException {
    byte[] bytes = ordinary.clone();
    count++;
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[NONCE_OFFSET + i] = (byte) (count >> (8 * i));
    }
    sealing.init(
        Cipher.ENCRYPT_MODE,
        gcmKey,
        new GCMParameterSpec(TAG_BITS, bytes, NONCE_OFFSET, Nonce.BYTES));
    int end = BLOCK + HEADER_BYTES;
    sealing.updateAAD(bytes, 0, end);
    sealing.doFinal(message, 0, message.length, bytes, end);
    ctr.init(Cipher.ENCRYPT_MODE, maskKey, new IvParameterSpec(bytes, 0, BLOCK));
    ctr.update(bytes, BLOCK, HEADER_BYTES, bytes, BLOCK);
    return bytes;
  }

  /** What it costs to see that a datagram is not discv5, on a port that it shares. */
  @Benchmark
  public boolean recognizeGarbage() {
    return ourCodec.recognizes(garbage);
  }

  @Benchmark
  public Packet decodeWhoAreYou() throws BadPacketException {
    return ourCodec.decode(whoAreYou.clone());
  }

  @Benchmark
  public byte[] encodeWhoAreYou() {
    Bytes data =
        PacketCodec.challengeData(new MaskingIv(count, count), new Nonce(count++, 1), 1, 2, 3);
    return ourCodec.whoAreYou(them.id(), data);
  }

  private Bytes32 idDigest(NodeId recipient, Bytes ephemeralKey) {
    return KeyAgreement.idSignatureDigest(challenge, ephemeralKey, recipient);
  }

  private byte[] makeHandshake() {
    Bytes key = ephemeral.publicKey().compressed();
    KeyAgreement.SessionKeys keys =
        KeyAgreement.derive(
            ephemeral.ecdhCompressed(us.publicKey()), them.id(), us.id(), challenge);
    return theirCodec.handshake(
        us.id(),
        nextIv(),
        nextNonce(),
        signature,
        key,
        Bytes.EMPTY,
        message,
        new AesGcm(keys.initiatorKey()));
  }

  /** The initiator's work but for making the ephemeral key: sign, agree, derive, seal. */
  @Benchmark
  public byte[] encodeHandshake() {
    Bytes key = ephemeral.publicKey().compressed();
    Bytes proof = them.sign(idDigest(us.id(), key)).withoutRecoveryId();
    KeyAgreement.SessionKeys keys =
        KeyAgreement.derive(
            ephemeral.ecdhCompressed(us.publicKey()), them.id(), us.id(), challenge);
    return theirCodec.handshake(
        us.id(),
        new MaskingIv(count, count),
        new Nonce(count++, 1),
        proof,
        key,
        Bytes.EMPTY,
        message,
        new AesGcm(keys.initiatorKey()));
  }

  /** The recipient's work, from a node whose record it has: check, agree, derive, open. */
  @Benchmark
  public Message decodeHandshake() throws BadPacketException {
    Packet.Handshake packet = (Packet.Handshake) ourCodec.decode(handshake.clone());
    if (!them.publicKey().verify(idDigest(us.id(), packet.ephemeralKey()), packet.idSignature())) {
      throw new IllegalStateException("a good signature");
    }
    KeyAgreement.SessionKeys keys =
        KeyAgreement.derive(
            us.ecdhCompressed(PublicKey.ofCompressed(packet.ephemeralKey())),
            them.id(),
            us.id(),
            challenge);
    byte[] plaintext =
        new AesGcm(keys.initiatorKey())
            .open(
                packet.message().datagram().toArrayUnsafe(),
                packet.message().offset(),
                packet.nonce());
    return MessageCodec.decode(Objects.requireNonNull(plaintext));
  }

  /** Of {@link #decodeHandshake}, what the curve alone takes. */
  @Benchmark
  public Bytes rawDecodeHandshake() {
    Bytes key = ephemeral.publicKey().bytes();
    if (!them.publicKey()
        .verify(idDigest(us.id(), ephemeral.publicKey().compressed()), signature)) {
      throw new IllegalStateException("a good signature");
    }
    return us.ecdhCompressed(PublicKey.of(key));
  }
}
