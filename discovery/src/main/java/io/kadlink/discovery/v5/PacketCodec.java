package io.kadlink.discovery.v5;

import io.kadlink.discovery.v5.Packet.Handshake;
import io.kadlink.discovery.v5.Packet.Ordinary;
import io.kadlink.discovery.v5.Packet.SealedMessage;
import io.kadlink.discovery.v5.Packet.WhoAreYou;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Turns packets into datagrams and back: {@code masking-iv || masked-header || message} (discv5-
 * wire, Packet Encoding). Decoding unmasks the header in place, so a packet costs no copy; messages
 * stay sealed, because only the session knows their key. Confined to one thread.
 */
public final class PacketCodec {
  /** The specification's limit for any packet; sent and received ones alike. */
  public static final int MAX_BYTES = 1280;

  /** A WHOAREYOU packet, the smallest of all; anything shorter could be answered by more. */
  public static final int MIN_BYTES = 63;

  static final int IV_BYTES = Masking.BLOCK;

  /** {@code protocol-id || version || flag || nonce || authdata-size}. */
  static final int STATIC_BYTES = 6 + 2 + 1 + Nonce.BYTES + 2;

  static final int AUTH_OFFSET = IV_BYTES + STATIC_BYTES;

  /** "discv5" and version 1. */
  private static final long PROTOCOL = 0x6469736376350001L;

  private static final int FLAG_OFFSET = IV_BYTES + Long.BYTES;
  private static final int NONCE_OFFSET = FLAG_OFFSET + 1;
  private static final int AUTH_SIZE_OFFSET = NONCE_OFFSET + Nonce.BYTES;

  /** What the smallest header needs, and at once all of an ordinary packet's. */
  private static final int FIRST_STREAM_BYTES = STATIC_BYTES + Ordinary.AUTH_BYTES;

  /** Header and tag of an ordinary packet: what is left of 1280 bytes is for the message. */
  static final int MAX_MESSAGE_BYTES =
      MAX_BYTES - AUTH_OFFSET - Ordinary.AUTH_BYTES - AesGcm.TAG_BYTES;

  /** What is left in a handshake packet that carries the largest record. */
  static final int MAX_HANDSHAKE_MESSAGE_BYTES =
      MAX_BYTES - AUTH_OFFSET - Handshake.MIN_AUTH_BYTES - NodeRecord.MAX_BYTES - AesGcm.TAG_BYTES;

  private final NodeId self;
  private final Masking masking;

  /** The codec of the node with this id: it reads packets to it and writes packets from it. */
  public PacketCodec(NodeId self) {
    this.self = self;
    this.masking = new Masking(self);
  }

  /**
   * Whether this is a discv5 packet for this node, as far as its protocol id and version say. Costs
   * one AES block, and leaves the datagram as it is.
   */
  public boolean recognizes(byte[] datagram) {
    return datagram.length >= MIN_BYTES
        && isProtocol(datagram, masking.streamFor(datagram, Masking.BLOCK));
  }

  /**
   * Unmasks the header, in {@code datagram} itself, and decodes it.
   *
   * @throws BadPacketException when it is no discv5 packet for this node; then the datagram may be
   *     unmasked in part
   */
  public Packet decode(byte[] datagram) throws BadPacketException {
    if (datagram.length > MAX_BYTES) {
      throw new BadPacketException(DropReason.TOO_LARGE);
    }
    if (datagram.length < MIN_BYTES) {
      throw new BadPacketException(DropReason.TOO_SHORT);
    }
    byte[] stream = masking.streamFor(datagram, FIRST_STREAM_BYTES);
    if (!isProtocol(datagram, stream)) {
      throw new BadPacketException(DropReason.NOT_DISCV5);
    }
    int unmasked = Math.min(datagram.length, IV_BYTES + FIRST_STREAM_BYTES);
    int authBytes =
        BigEndian.getShort(datagram, AUTH_SIZE_OFFSET)
            ^ BigEndian.getShort(stream, AUTH_SIZE_OFFSET - IV_BYTES);
    int headerEnd = AUTH_OFFSET + authBytes;
    if (headerEnd > datagram.length) {
      throw new BadPacketException(DropReason.BAD_HEADER);
    }
    unmasked = Math.min(unmasked, headerEnd);
    for (int i = IV_BYTES; i < unmasked; i++) {
      datagram[i] ^= stream[i - IV_BYTES];
    }
    if (headerEnd > unmasked) {
      masking.unmask(datagram, unmasked, headerEnd);
    }
    Nonce nonce = Nonce.read(datagram, NONCE_OFFSET);
    return switch (datagram[FLAG_OFFSET]) {
      case Ordinary.FLAG -> ordinary(datagram, nonce, authBytes);
      case WhoAreYou.FLAG -> whoAreYou(datagram, nonce, authBytes);
      case Handshake.FLAG -> handshake(datagram, nonce, authBytes);
      default -> throw new BadPacketException(DropReason.UNKNOWN_FLAG);
    };
  }

  private static boolean isProtocol(byte[] datagram, byte[] stream) {
    return (BigEndian.getLong(datagram, IV_BYTES) ^ BigEndian.getLong(stream, 0)) == PROTOCOL;
  }

  private static Packet ordinary(byte[] datagram, Nonce nonce, int authBytes)
      throws BadPacketException {
    if (authBytes != Ordinary.AUTH_BYTES) {
      throw new BadPacketException(DropReason.BAD_HEADER);
    }
    return new Ordinary(source(datagram), nonce, sealed(datagram, authBytes));
  }

  private static Packet whoAreYou(byte[] datagram, Nonce nonce, int authBytes)
      throws BadPacketException {
    if (authBytes != WhoAreYou.AUTH_BYTES || datagram.length != WhoAreYou.CHALLENGE_BYTES) {
      throw new BadPacketException(DropReason.BAD_HEADER);
    }
    long enrSeq = BigEndian.getLong(datagram, AUTH_OFFSET + WhoAreYou.ID_NONCE_BYTES);
    return new WhoAreYou(nonce, enrSeq, Bytes.wrap(datagram));
  }

  private static Packet handshake(byte[] datagram, Nonce nonce, int authBytes)
      throws BadPacketException {
    int recordBytes = authBytes - Handshake.MIN_AUTH_BYTES;
    if (recordBytes < 0
        || recordBytes > NodeRecord.MAX_BYTES
        || datagram[AUTH_OFFSET + 32] != Handshake.SIGNATURE_BYTES
        || datagram[AUTH_OFFSET + 33] != Handshake.KEY_BYTES) {
      throw new BadPacketException(DropReason.BAD_HEADER);
    }
    int signature = AUTH_OFFSET + Handshake.AUTH_HEAD_BYTES;
    int key = signature + Handshake.SIGNATURE_BYTES;
    return new Handshake(
        source(datagram),
        nonce,
        Bytes.wrap(datagram, signature, Handshake.SIGNATURE_BYTES),
        Bytes.wrap(datagram, key, Handshake.KEY_BYTES),
        Bytes.wrap(datagram, key + Handshake.KEY_BYTES, recordBytes),
        sealed(datagram, authBytes));
  }

  private static NodeId source(byte[] datagram) {
    return new NodeId(Bytes32.wrap(datagram, AUTH_OFFSET));
  }

  private static SealedMessage sealed(byte[] datagram, int authBytes) {
    return new SealedMessage(Bytes.wrap(datagram), AUTH_OFFSET + authBytes);
  }

  /** A packet with an encrypted message. */
  public byte[] ordinary(NodeId to, MaskingIv iv, Nonce nonce, byte[] message, AesGcm key) {
    byte[] packet =
        packet(iv, Ordinary.FLAG, nonce, Ordinary.AUTH_BYTES, message.length + AesGcm.TAG_BYTES);
    putSource(packet);
    int headerEnd = AUTH_OFFSET + Ordinary.AUTH_BYTES;
    key.seal(packet, headerEnd, nonce, message);
    masking.mask(packet, headerEnd, to);
    return packet;
  }

  /** A packet whose message is random bytes, to be asked who we are. */
  public byte[] random(NodeId to, MaskingIv iv, Nonce nonce, byte[] content) {
    byte[] packet = packet(iv, Ordinary.FLAG, nonce, Ordinary.AUTH_BYTES, content.length);
    putSource(packet);
    int headerEnd = AUTH_OFFSET + Ordinary.AUTH_BYTES;
    System.arraycopy(content, 0, packet, headerEnd, content.length);
    masking.mask(packet, headerEnd, to);
    return packet;
  }

  /**
   * The challenge data of a new WHOAREYOU packet.
   *
   * @param nonce of the packet it answers
   * @param idNonceHigh with {@code idNonceLow} the 128 random bits of the id nonce
   */
  public static Bytes challengeData(
      MaskingIv iv, Nonce nonce, long idNonceHigh, long idNonceLow, long enrSeq) {
    byte[] packet = packet(iv, WhoAreYou.FLAG, nonce, WhoAreYou.AUTH_BYTES, 0);
    BigEndian.putLong(packet, AUTH_OFFSET, idNonceHigh);
    BigEndian.putLong(packet, AUTH_OFFSET + Long.BYTES, idNonceLow);
    BigEndian.putLong(packet, AUTH_OFFSET + WhoAreYou.ID_NONCE_BYTES, enrSeq);
    return Bytes.wrap(packet);
  }

  /** The WHOAREYOU packet with this challenge data. */
  public byte[] whoAreYou(NodeId to, Bytes challengeData) {
    byte[] packet = challengeData.toArray();
    masking.mask(packet, packet.length, to);
    return packet;
  }

  /**
   * A handshake packet.
   *
   * @param record our record as RLP, or nothing
   */
  public byte[] handshake(
      NodeId to,
      MaskingIv iv,
      Nonce nonce,
      Bytes idSignature,
      Bytes ephemeralKey,
      Bytes record,
      byte[] message,
      AesGcm key) {
    int authBytes = Handshake.MIN_AUTH_BYTES + record.size();
    byte[] packet = packet(iv, Handshake.FLAG, nonce, authBytes, message.length + AesGcm.TAG_BYTES);
    putSource(packet);
    packet[AUTH_OFFSET + 32] = Handshake.SIGNATURE_BYTES;
    packet[AUTH_OFFSET + 33] = Handshake.KEY_BYTES;
    int offset = AUTH_OFFSET + Handshake.AUTH_HEAD_BYTES;
    for (Bytes part : new Bytes[] {idSignature, ephemeralKey, record}) {
      System.arraycopy(part.toArrayUnsafe(), 0, packet, offset, part.size());
      offset += part.size();
    }
    key.seal(packet, offset, nonce, message);
    masking.mask(packet, offset, to);
    return packet;
  }

  private void putSource(byte[] packet) {
    System.arraycopy(self.bytes().toArrayUnsafe(), 0, packet, AUTH_OFFSET, Bytes32.SIZE);
  }

  private static byte[] packet(
      MaskingIv iv, int flag, Nonce nonce, int authBytes, int messageBytes) {
    int size = AUTH_OFFSET + authBytes + messageBytes;
    if (size > MAX_BYTES) {
      throw new IllegalArgumentException("a packet of " + size + " bytes");
    }
    byte[] packet = new byte[size];
    BigEndian.putLong(packet, 0, iv.high());
    BigEndian.putLong(packet, Long.BYTES, iv.low());
    BigEndian.putLong(packet, IV_BYTES, PROTOCOL);
    packet[FLAG_OFFSET] = (byte) flag;
    nonce.write(packet, NONCE_OFFSET);
    BigEndian.putShort(packet, AUTH_SIZE_OFFSET, authBytes);
    return packet;
  }
}
