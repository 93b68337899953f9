package io.kadlink.protocols.relay.wire;

import io.kadlink.discovery.Node;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPException;
import org.apache.tuweni.rlp.RLPReader;

/**
 * A relay that a node announces in its record (docs/protocols/relay.md §Node record entry).
 *
 * @param publicKey the relay's key
 * @param endpoint where the relay takes TCP connections, an address literal and a port above 0
 */
public record AnnouncedRelay(PublicKey publicKey, InetSocketAddress endpoint) {
  /** The key of the entry in a node record. */
  public static final String ENTRY = "relay";

  /** Relays in one entry: each takes 44 of a record's 300 bytes (56 with IPv6). */
  public static final int MAX_RELAYS = 3;

  private static final int COMPRESSED_KEY_BYTES = 33;

  public NodeId id() {
    return publicKey.id();
  }

  /** The relay as a node to connect to. */
  public Node node() {
    return new Node(publicKey, endpoint, endpoint.getPort(), Optional.empty());
  }

  /** The entry's value, an RLP item. */
  public static Bytes encode(List<AnnouncedRelay> relays) {
    return RLP.encodeList(
        list -> {
          for (AnnouncedRelay relay : relays) {
            list.writeList(
                out -> {
                  out.writeValue(relay.publicKey.compressed());
                  out.writeValue(Bytes.wrap(relay.endpoint.getAddress().getAddress()));
                  out.writeInt(relay.endpoint.getPort());
                });
          }
        });
  }

  /**
   * Reads the entry's value: at most the first {@value #MAX_RELAYS} relays.
   *
   * @throws IllegalArgumentException when it is malformed; nothing else escapes
   */
  public static List<AnnouncedRelay> decode(Bytes rlpItem) {
    if (rlpItem.size() > NodeRecord.MAX_BYTES) {
      throw new IllegalArgumentException("larger than a record: " + rlpItem.size() + " bytes");
    }
    try {
      return RLP.decode(
          rlpItem,
          outer -> {
            List<AnnouncedRelay> relays =
                outer.readList(
                    list -> {
                      List<AnnouncedRelay> read = new ArrayList<>();
                      while (!list.isComplete() && read.size() < MAX_RELAYS) {
                        read.add(list.readList(AnnouncedRelay::read));
                      }
                      return List.copyOf(read);
                    });
            if (!outer.isComplete()) {
              throw new IllegalArgumentException("bytes after the list");
            }
            return relays;
          });
    } catch (RLPException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("malformed relay entry: " + e.getMessage(), e);
    }
  }

  /** The relays {@code record} announces; none when the entry is missing or malformed. */
  public static List<AnnouncedRelay> of(NodeRecord record) {
    Optional<Bytes> entry = record.entry(ENTRY);
    if (entry.isEmpty()) {
      return List.of();
    }
    try {
      return decode(entry.get());
    } catch (IllegalArgumentException e) {
      return List.of();
    }
  }

  private static AnnouncedRelay read(RLPReader in) {
    Bytes key = in.readValue();
    Bytes address = in.readValue();
    int port = in.readInt();
    if (key.size() != COMPRESSED_KEY_BYTES) {
      throw new IllegalArgumentException("a compressed key has 33 bytes, not " + key.size());
    }
    if (address.size() != 4 && address.size() != 16) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + address.size());
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("a TCP port is 1 to 65535, not " + port);
    }
    try {
      InetAddress ip = InetAddress.getByAddress(address.toArray());
      return new AnnouncedRelay(PublicKey.ofCompressed(key), new InetSocketAddress(ip, port));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
