package io.kadlink.discovery.testing;

import io.kadlink.identity.Signer;
import io.kadlink.identity.crypto.Keccak256;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPWriter;

/** Datagrams put together by hand, independently of the codec, with whatever is wanted inside. */
public final class RawPacket {
  private RawPacket() {}

  /** A correctly hashed and signed packet of any type and data. */
  public static byte[] of(int type, Bytes data, Signer signer) {
    Bytes body = Bytes.concatenate(Bytes.of(type), data);
    Bytes32 digest = Bytes32.wrap(Keccak256.hash(body.toArray()));
    return withSignature(signer.sign(digest).bytes(), type, data);
  }

  /** A correctly hashed packet with any signature. */
  public static byte[] withSignature(Bytes signature, int type, Bytes data) {
    Bytes hashed = Bytes.concatenate(signature, Bytes.of(type), data);
    return Bytes.concatenate(Bytes.wrap(Keccak256.hash(hashed.toArray())), hashed).toArray();
  }

  public static byte[] ping(Signer signer, long expiration) {
    return of(1, pingData(expiration), signer);
  }

  /** A valid ping with as many bytes after its list as it takes. */
  public static byte[] ofSize(int size, Signer signer) {
    Bytes data = pingData(Long.MAX_VALUE);
    return of(1, Bytes.concatenate(data, Bytes.wrap(new byte[size - 98 - data.size()])), signer);
  }

  public static Bytes pingData(long expiration) {
    return RLP.encodeList(
        writer -> {
          writer.writeInt(4);
          writer.writeList(list -> endpoint(list, 30303));
          writer.writeList(list -> endpoint(list, 30303));
          writer.writeValue(Bytes.minimalBytes(expiration));
        });
  }

  public static void endpoint(RLPWriter writer, int port) {
    writer.writeValue(Bytes.of(127, 0, 0, 1));
    writer.writeInt(port);
    writer.writeInt(port);
  }
}
