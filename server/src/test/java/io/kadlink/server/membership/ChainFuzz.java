package io.kadlink.server.membership;

import io.kadlink.identity.NodeKey;
import java.util.Arrays;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** What a stranger shows as its chain: judged, whatever it is; and one certificate by itself. */
public final class ChainFuzz {
  private static final NodeKey NODE = NodeKey.of(Bytes32.repeat((byte) 7));
  private static final Authorities AUTHORITIES;
  private static final Bytes SHOWN;

  static {
    try {
      CertificateAuthority bank = Organisations.root("Bank A");
      AUTHORITIES = Authorities.parse(Organisations.pem(bank), "ca", Optional.empty(), "");
      SHOWN = Organisations.member(bank, NODE.publicKey()).element().value();
    } catch (MembershipException e) {
      throw new IllegalStateException(e);
    }
  }

  private ChainFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length < 3) {
      return;
    }
    if (data[0] == 0) {
      certificate(Bytes.wrap(Arrays.copyOfRange(data, 1, data.length)));
      return;
    }
    Bytes shown = data[0] == 1 ? Bytes.wrap(data).slice(1) : changed(data);
    Verdict verdict = AUTHORITIES.judge(NODE.publicKey(), shown, Organisations.NOW);
    if (verdict instanceof Verdict.Member && !shown.equals(SHOWN)) {
      throw new AssertionError("a member by a chain that nobody issued: " + shown);
    }
  }

  private static void certificate(Bytes der) {
    try {
      Certificate certificate = Certificate.parse(der);
      certificate.organisation();
      certificate.commonName();
      certificate.nodeKey();
    } catch (MembershipException expected) {
      // none, or of no node
    }
  }

  /** A true chain with some bytes written over. */
  private static Bytes changed(byte[] data) {
    byte[] chain = SHOWN.toArray();
    for (int i = 1; i + 2 < data.length && i < 16; i += 3) {
      chain[((data[i] & 0xff) << 8 | data[i + 1] & 0xff) % chain.length] = data[i + 2];
    }
    return Bytes.wrap(chain);
  }

  /** One of each kind. */
  static java.util.List<byte[]> seeds() {
    Bytes certificate;
    try {
      certificate = ChainCodec.decode(SHOWN).getFirst();
    } catch (MembershipException e) {
      throw new IllegalStateException(e);
    }
    return java.util.List.of(
        Bytes.concatenate(Bytes.of(0), certificate).toArray(),
        Bytes.concatenate(Bytes.of(1), SHOWN).toArray(),
        new byte[] {2, 0, 9, 1});
  }
}
