package io.kadlink.discovery.fuzz;

import io.kadlink.discovery.v5.BadPacketException;
import io.kadlink.discovery.v5.PacketCodec;
import io.kadlink.identity.NodeId;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Decodes anything that fits a datagram. Protocol id and version are put right and the header is
 * masked first, since no fuzzer would ever guess it.
 */
public final class V5PacketFuzz {
  private static final NodeId SELF = new NodeId(Bytes32.ZERO);
  private static final byte[] PROTOCOL = {'d', 'i', 's', 'c', 'v', '5', 0, 1};
  private static final PacketCodec CODEC = new PacketCodec(SELF);

  private V5PacketFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    byte[] datagram = data.clone();
    if (datagram.length >= PacketCodec.MIN_BYTES) {
      System.arraycopy(PROTOCOL, 0, datagram, 16, PROTOCOL.length);
      datagram = masked(datagram);
      if (!CODEC.recognizes(datagram)) {
        throw new AssertionError("not recognized");
      }
    }
    try {
      if (CODEC.decode(datagram).nonce() == null) {
        throw new AssertionError("a packet without nonce");
      }
    } catch (BadPacketException e) {
      // what a codec is for
    }
  }

  private static byte[] masked(byte[] datagram) {
    try {
      Cipher ctr = Cipher.getInstance("AES/CTR/NoPadding");
      ctr.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(SELF.bytes().toArray(), 0, 16, "AES"),
          new IvParameterSpec(datagram, 0, 16));
      byte[] result = datagram.clone();
      ctr.doFinal(datagram, 16, datagram.length - 16, result, 16);
      return result;
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
