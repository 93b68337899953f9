package io.kadlink.discovery.dns;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signature;
import io.kadlink.identity.Signer;
import io.kadlink.identity.crypto.Keccak256;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.tuweni.bytes.Bytes32;

/**
 * The signed root of a tree (EIP-1459).
 *
 * @param nodes top of the subtree of nodes
 * @param links top of the subtree of links
 * @param seq grows with each update; an unsigned 64-bit integer
 * @param signature the list's key over the text before {@code sig=}; see {@link #verify}
 */
public record TreeRoot(EntryHash nodes, EntryHash links, long seq, Signature signature) {
  static final String PREFIX = "enrtree-root:v1";

  /** The root of these subtrees, signed. */
  public static TreeRoot sign(EntryHash nodes, EntryHash links, long seq, Signer signer) {
    return new TreeRoot(nodes, links, seq, signer.sign(digest(nodes, links, seq)));
  }

  /** Whether {@code key} made the signature. The recovery id does not matter. */
  public boolean verify(PublicKey key) {
    return key.verify(digest(nodes, links, seq), signature.withoutRecoveryId());
  }

  /** The signature as it stands in the text: base64url without padding. */
  public String signatureText() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(signature.bytes().toArrayUnsafe());
  }

  private static Bytes32 digest(EntryHash nodes, EntryHash links, long seq) {
    byte[] text = content(nodes, links, seq).getBytes(StandardCharsets.US_ASCII);
    return Bytes32.wrap(Keccak256.hash(text));
  }

  private static String content(EntryHash nodes, EntryHash links, long seq) {
    return PREFIX + " e=" + nodes + " l=" + links + " seq=" + Long.toUnsignedString(seq);
  }

  /** The text of the TXT record. */
  @Override
  public String toString() {
    return content(nodes, links, seq) + " sig=" + signatureText();
  }
}
