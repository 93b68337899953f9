package io.kadlink.identity;

import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * What a node does with its private key. {@link NodeKey} holds the key in memory; another
 * implementation may leave it in a vault. Calls may come from any thread, several at once.
 */
public interface Signer {

  PublicKey publicKey();

  /** Signs a 32-byte digest: low s, with recovery id. */
  Signature sign(Bytes32 digest);

  /** The X coordinate of this key times {@code peer}, 32 bytes (RLPx ECIES). */
  Bytes32 ecdhX(PublicKey peer);

  /** The compressed point of this key times {@code peer}, 33 bytes (discv5 ECDH). */
  Bytes ecdhCompressed(PublicKey peer);
}
