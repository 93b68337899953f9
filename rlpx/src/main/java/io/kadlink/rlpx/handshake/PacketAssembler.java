package io.kadlink.rlpx.handshake;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.Secp256k1;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Gathers the bytes of one handshake packet, and refuses what can't become one as soon as it shows:
 * a peer that has proved nothing yet gets at most {@link #MAX_PACKET_BYTES} of our memory.
 *
 * <p>An EIP-8 packet is a 16-bit size, then an encrypted message that starts with a curve point. A
 * packet of the format before it starts with that point itself, whose leading 0x04 would read as a
 * size of 1024 or more: waiting for so many bytes would end in a time-out. So the place of the
 * point is looked at first.
 */
public final class PacketAssembler {
  /** geth's limit; EIP-8 packets have some 400 to 700 bytes. */
  static final int MAX_PACKET_BYTES = 2048;

  private static final int MIN_PACKET_BYTES = Ecies.OVERHEAD_BYTES + 1;

  private byte[] packet = new byte[HandshakeCodec.SIZE_BYTES + Ecies.POINT_BYTES];
  private int filled;
  private boolean pointChecked;

  /**
   * Takes what is missing from {@code in}, never more.
   *
   * @return whether the packet is complete
   * @throws ProtocolViolation when this is no EIP-8 handshake packet
   */
  public boolean read(ByteBuf in) throws ProtocolViolation {
    while (filled < packet.length && in.isReadable()) {
      int taken = Math.min(packet.length - filled, in.readableBytes());
      in.readBytes(packet, filled, taken);
      filled += taken;
      checkStart();
      if (filled == packet.length && !pointChecked) {
        checkPoint();
        pointChecked = true;
        packet = Arrays.copyOf(packet, HandshakeCodec.SIZE_BYTES + size());
      }
    }
    return pointChecked && filled == packet.length;
  }

  /** The complete packet, its size included. */
  public byte[] packet() {
    return packet;
  }

  private int size() {
    return (packet[0] & 0xff) << 8 | (packet[1] & 0xff);
  }

  private void checkStart() throws ProtocolViolation {
    if (filled >= HandshakeCodec.SIZE_BYTES
        && (size() < MIN_PACKET_BYTES || size() > MAX_PACKET_BYTES)) {
      throw HandshakeRules.broken(
          "handshake-size", "no RLPx handshake: it would be " + size() + " bytes long");
    }
    if (filled > HandshakeCodec.SIZE_BYTES
        && packet[HandshakeCodec.SIZE_BYTES] != Ecies.POINT_PREFIX) {
      throw packet[0] == Ecies.POINT_PREFIX
          ? oldFormat()
          : HandshakeRules.broken(
              "handshake-garbage", "no RLPx handshake: no point after its size");
    }
  }

  private void checkPoint() throws ProtocolViolation {
    if (isPoint(HandshakeCodec.SIZE_BYTES)) {
      return;
    }
    throw isPoint(0)
        ? oldFormat()
        : HandshakeRules.broken("ecies-point", "a packet whose ephemeral point is none");
  }

  private boolean isPoint(int offset) {
    return packet[offset] == Ecies.POINT_PREFIX
        && Secp256k1.get()
            .isValidPublicKey(Arrays.copyOfRange(packet, offset + 1, offset + 1 + PublicKey.BYTES));
  }

  private static ProtocolViolation oldFormat() {
    return HandshakeRules.broken("handshake-old-format", "a handshake in the format before EIP-8");
  }
}
