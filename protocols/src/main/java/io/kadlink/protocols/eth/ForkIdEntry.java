package io.kadlink.protocols.eth;

import io.kadlink.identity.NodeRecord;
import io.kadlink.protocols.eth.chain.ForkId;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPException;

/** The {@code eth} entry of a node record (EIP-2124): a list whose first element is the fork id. */
public final class ForkIdEntry {
  /** What the entry is stored under. */
  public static final String KEY = "eth";

  private static final int HASH_BYTES = 4;

  private ForkIdEntry() {}

  /** The entry's RLP item. */
  public static Bytes encode(ForkId forkId) {
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

  /** The fork id that {@code record} announces; empty when it has no such entry or an odd one. */
  public static Optional<ForkId> of(NodeRecord record) {
    return record.entry(KEY).flatMap(ForkIdEntry::decode);
  }

  private static Optional<ForkId> decode(Bytes item) {
    try {
      return RLP.decodeList(
          item,
          entry ->
              entry.readList(
                  fields -> {
                    Bytes hash = fields.readValue();
                    Bytes next = fields.readValue();
                    return hash.size() == HASH_BYTES && next.size() <= Long.BYTES
                        ? Optional.of(new ForkId(hash, next.toLong()))
                        : Optional.empty();
                  }));
    } catch (RLPException e) {
      return Optional.empty(); // some other software's idea of "eth"
    }
  }
}
