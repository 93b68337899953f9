package io.kadlink.server.membership;

import io.kadlink.rlpx.wire.HelloElement;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPReader;

/**
 * A chain of certificates as a Hello carries it: an RLP list of DER encodings, the node's own
 * first, each issued by the next, the last by an authority that the reader knows (membership.md
 * §Element).
 */
public final class ChainCodec {
  /** The name of the Hello element. */
  public static final String NAME = "x509";

  /** As much as fits a Hello beside what every Hello says. */
  public static final int MAX_CHAIN_BYTES = 1500;

  /** The node's own and two below the authority; each costs its reader a signature check. */
  public static final int MAX_CERTIFICATES = 3;

  /**
   * A certificate with a 2,048-bit RSA key and signature and long names; what is parsed before
   * anything is verified is bounded by this.
   */
  public static final int MAX_CERTIFICATE_BYTES = 1024;

  private ChainCodec() {}

  /**
   * The element for a Hello.
   *
   * @param chain DER encodings, the node's own first
   * @throws MembershipException when no reader would take it
   */
  public static HelloElement encode(List<Bytes> chain) throws MembershipException {
    Bytes value = RLP.encodeList(list -> chain.forEach(list::writeValue));
    decode(value);
    return new HelloElement(NAME, value);
  }

  /**
   * The DER encodings in {@code value}, neither parsed nor verified.
   *
   * @throws MembershipException when it is malformed or passes a limit
   */
  static List<Bytes> decode(Bytes value) throws MembershipException {
    if (value.size() > MAX_CHAIN_BYTES) {
      throw new MembershipException(
          "a chain of %d bytes; at most %d".formatted(value.size(), MAX_CHAIN_BYTES));
    }
    List<Bytes> chain;
    try {
      chain = RLP.decode(value, reader -> reader.readList(ChainCodec::readUpToOneTooMany));
    } catch (RuntimeException e) {
      throw new MembershipException("not a list of certificates", e);
    }
    if (chain.isEmpty() || chain.size() > MAX_CERTIFICATES) {
      throw new MembershipException(
          chain.isEmpty()
              ? "a chain without a certificate"
              : "a chain of more than " + MAX_CERTIFICATES + " certificates");
    }
    for (Bytes certificate : chain) {
      if (certificate.size() > MAX_CERTIFICATE_BYTES) {
        throw new MembershipException(
            "a certificate of %d bytes; at most %d"
                .formatted(certificate.size(), MAX_CERTIFICATE_BYTES));
      }
    }
    return chain;
  }

  private static List<Bytes> readUpToOneTooMany(RLPReader list) {
    List<Bytes> chain = new ArrayList<>();
    while (!list.isComplete() && chain.size() <= MAX_CERTIFICATES) {
      chain.add(list.readValue());
    }
    return chain;
  }
}
