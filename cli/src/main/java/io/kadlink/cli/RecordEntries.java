package io.kadlink.cli;

import com.google.common.net.InetAddresses;
import io.kadlink.identity.NodeRecord;
import io.kadlink.protocols.eth.ForkIdEntry;
import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.chain.PublicNetwork;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPException;
import org.apache.tuweni.rlp.RLPReader;

/** The entries of a node record in words: what EIP-778 and the protocols of Ethereum put there. */
final class RecordEntries {
  /** eth2's ENRForkID: fork digest, next fork version, next fork epoch (SSZ, little endian). */
  private static final int ETH2_BYTES = 16;

  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  private RecordEntries() {}

  /** Each entry's key and what it says, in the order of the keys. */
  static Map<String, String> describe(NodeRecord record) {
    Map<String, String> described = new LinkedHashMap<>();
    record
        .entries()
        .forEach(
            (key, item) ->
                described.put(printable(key), known(record, key).orElseGet(() -> generic(item))));
    return described;
  }

  /** A fork id in words, with its network when that is known. */
  static String describe(ForkId forkId) {
    String next =
        forkId.next() == 0 ? "no next fork" : "next fork " + Long.toUnsignedString(forkId.next());
    String network =
        PublicNetwork.of(forkId).map(PublicNetwork::toString).orElse("unknown network");
    return "fork id " + forkId.hash() + ", " + next + " (" + network + ")";
  }

  private static Optional<String> known(NodeRecord record, String key) {
    return switch (key) {
      case "ip" -> record.bytes(key).filter(v -> v.size() == IPV4_BYTES).map(RecordEntries::ip);
      case "ip6" -> record.bytes(key).filter(v -> v.size() == IPV6_BYTES).map(RecordEntries::ip);
      case "tcp", "udp", "tcp6", "udp6", "quic", "quic6", "cgc" ->
          record.bytes(key).filter(v -> v.size() <= Long.BYTES).map(RecordEntries::number);
      case ForkIdEntry.KEY -> ForkIdEntry.of(record).map(RecordEntries::describe);
      case "eth2" -> record.bytes(key).filter(v -> v.size() == ETH2_BYTES).map(RecordEntries::eth2);
      case "nfd" -> record.bytes(key).map(v -> "next fork digest " + v);
      case "attnets", "syncnets" -> record.bytes(key).map(RecordEntries::subnets);
      case "snap", "les", "wit", "bsc" -> record.entry(key).map(v -> "yes " + generic(v));
      default -> Optional.empty();
    };
  }

  private static String ip(Bytes value) {
    try {
      return InetAddresses.toAddrString(InetAddress.getByAddress(value.toArray()));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e); // only for other lengths than 4 and 16
    }
  }

  private static String number(Bytes value) {
    return new BigInteger(1, value.toArray()).toString();
  }

  private static String eth2(Bytes value) {
    BigInteger epoch = new BigInteger(1, value.slice(8, 8).reverse().toArray());
    boolean never = epoch.bitLength() == Long.SIZE && epoch.bitCount() == Long.SIZE;
    return "fork digest "
        + value.slice(0, 4)
        + ", next fork version "
        + value.slice(4, 4)
        + (never ? ", no next fork epoch" : ", next fork epoch " + epoch);
  }

  private static String subnets(Bytes value) {
    BitSet bits = BitSet.valueOf(value.toArray());
    return bits.isEmpty() ? "no subnets" : "subnets " + bits;
  }

  /** Text in quotes, other bytes in hex, lists in brackets. */
  private static String generic(Bytes item) {
    try {
      return RLP.decode(item, RecordEntries::generic);
    } catch (RLPException e) {
      return item.toHexString();
    }
  }

  private static String generic(RLPReader reader) {
    if (!reader.nextIsList()) {
      return value(reader.readValue());
    }
    return reader.readList(
        list -> {
          List<String> elements = new ArrayList<>();
          while (!list.isComplete()) {
            elements.add(generic(list));
          }
          return elements.toString();
        });
  }

  private static String value(Bytes value) {
    String text = new String(value.toArray(), StandardCharsets.US_ASCII);
    boolean isText = !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    return isText ? '"' + text + '"' : value.toHexString();
  }

  /** A key as strangers chose it, fit for a terminal. */
  static String printable(String key) {
    StringBuilder text = new StringBuilder();
    key.chars()
        .forEach(
            c -> {
              if (c > ' ' && c < 0x7f) {
                text.append((char) c);
              } else {
                text.append(String.format("\\x%02x", c));
              }
            });
    return text.toString();
  }
}
