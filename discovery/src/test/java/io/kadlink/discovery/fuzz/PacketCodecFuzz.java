package io.kadlink.discovery.fuzz;

import io.kadlink.discovery.v4.BadPacketException;
import io.kadlink.discovery.v4.Packet;
import io.kadlink.discovery.v4.PacketCodec;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.crypto.Keccak256;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Decodes anything that fits a datagram. The hash is put right first, since no fuzzer would ever
 * guess it; what decodes must survive another round.
 */
public final class PacketCodecFuzz {
  private static final NodeKey KEY =
      NodeKey.of(Bytes32.leftPad(org.apache.tuweni.bytes.Bytes.of(1)));

  private PacketCodecFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    byte[] datagram = data.clone();
    if (datagram.length >= 32) {
      byte[] hash = Keccak256.hash(datagram, 32, datagram.length - 32);
      System.arraycopy(hash, 0, datagram, 0, 32);
    }
    try {
      Packet packet = PacketCodec.decode(datagram).packet();
      Packet again =
          PacketCodec.decode(PacketCodec.encode(packet, KEY).datagram().toArray()).packet();
      if (!again.equals(packet)) {
        throw new AssertionError(packet + " became " + again);
      }
    } catch (BadPacketException e) {
      // what a codec is for
    }
  }
}
