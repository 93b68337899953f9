package io.kadlink.protocols.eth;

import io.kadlink.protocols.eth.chain.ForkId;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;

/** The {@code eth} entry of a node record (EIP-2124): a list whose first element is the fork id. */
final class ForkIdEntry {
  static final String KEY = "eth";

  private ForkIdEntry() {}

  static Bytes encode(ForkId forkId) {
    return Bytes.wrap(
        RLP.encodeList(
                entry ->
                    entry.writeList(
                        fields -> {
                          fields.writeValue(forkId.hash());
                          fields.writeValue(Bytes.minimalBytes(forkId.next()));
                        }))
            .toArrayUnsafe());
  }
}
