package io.kadlink.discovery.v4;

import io.kadlink.discovery.v4.Packet.Encoded;
import io.kadlink.discovery.v4.Packet.Endpoint;
import io.kadlink.discovery.v4.Packet.EnrRequest;
import io.kadlink.discovery.v4.Packet.EnrResponse;
import io.kadlink.discovery.v4.Packet.FindNode;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.discovery.v4.Packet.Neighbors;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.discovery.v4.Packet.Pong;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signature;
import io.kadlink.identity.Signer;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.identity.crypto.Keccak256;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPException;
import org.apache.tuweni.rlp.RLPReader;
import org.apache.tuweni.rlp.RLPWriter;

/**
 * Turns packets into datagrams and back: {@code hash || signature || type || data} (devp2p discv4,
 * Wire Protocol). Decoding goes from cheap to dear: size, hash, type, body; the signature is
 * recovered last and only when asked for. As EIP-8 demands, further list elements and bytes after
 * the list are ignored.
 */
public final class PacketCodec {
  /** The specification's limit for any packet; sent and received ones alike. */
  public static final int MAX_BYTES = 1280;

  private static final int HASH_BYTES = Bytes32.SIZE;
  private static final int SIGNATURE_BYTES = 65;
  private static final int TYPE_OFFSET = HASH_BYTES + SIGNATURE_BYTES;
  private static final int HEADER_BYTES = TYPE_OFFSET + 1;

  private PacketCodec() {}

  /**
   * A packet whose hash and body are sound, and whose sender is not known yet.
   *
   * @param hash its hash, which answers refer to
   * @param packet its body
   * @param datagram all of it
   */
  public record Unverified(Bytes32 hash, Packet packet, Bytes datagram) {

    /**
     * The key that signed the packet. Costs an elliptic-curve recovery.
     *
     * @throws BadPacketException when no key can have made the signature
     */
    public PublicKey recoverSender() throws BadPacketException {
      byte[] bytes = datagram.toArrayUnsafe();
      byte[] digest = Keccak256.hash(bytes, TYPE_OFFSET, bytes.length - TYPE_OFFSET);
      Bytes signature = Bytes.wrap(bytes, HASH_BYTES, SIGNATURE_BYTES);
      try {
        return PublicKey.recover(Bytes32.wrap(digest), new Signature(signature));
      } catch (InvalidCurveInputException e) {
        throw new BadPacketException(DropReason.BAD_SIGNATURE, String.valueOf(e.getMessage()));
      }
    }
  }

  /** Checks size and hash and decodes the body. */
  public static Unverified decode(byte[] datagram) throws BadPacketException {
    if (datagram.length > MAX_BYTES) {
      throw new BadPacketException(DropReason.TOO_LARGE, datagram.length + " bytes");
    }
    if (datagram.length < HEADER_BYTES) {
      throw new BadPacketException(DropReason.TOO_SHORT, datagram.length + " bytes");
    }
    byte[] hash = Keccak256.hash(datagram, HASH_BYTES, datagram.length - HASH_BYTES);
    if (!Arrays.equals(hash, 0, HASH_BYTES, datagram, 0, HASH_BYTES)) {
      throw new BadPacketException(DropReason.BAD_HASH, datagram.length + " bytes");
    }
    Packet packet =
        decodeBody(datagram[TYPE_OFFSET] & 0xff, Bytes.wrap(datagram).slice(HEADER_BYTES));
    return new Unverified(Bytes32.wrap(hash), packet, Bytes.wrap(datagram));
  }

  /** Whether these bytes, if they are a packet, ask for something. Looks at one of them. */
  static boolean seemsToAsk(byte[] datagram) {
    if (datagram.length < HEADER_BYTES) {
      return false;
    }
    return switch (datagram[TYPE_OFFSET]) {
      case Ping.TYPE, FindNode.TYPE, EnrRequest.TYPE -> true;
      default -> false;
    };
  }

  /** Encodes and signs. */
  public static Encoded encode(Packet packet, Signer signer) {
    Bytes body = encodeBody(packet);
    byte[] datagram = new byte[HEADER_BYTES + body.size()];
    datagram[TYPE_OFFSET] = (byte) packet.type();
    System.arraycopy(body.toArrayUnsafe(), 0, datagram, HEADER_BYTES, body.size());
    byte[] digest = Keccak256.hash(datagram, TYPE_OFFSET, datagram.length - TYPE_OFFSET);
    Signature signature = signer.sign(Bytes32.wrap(digest));
    System.arraycopy(signature.bytes().toArrayUnsafe(), 0, datagram, HASH_BYTES, SIGNATURE_BYTES);
    byte[] hash = Keccak256.hash(datagram, HASH_BYTES, datagram.length - HASH_BYTES);
    System.arraycopy(hash, 0, datagram, 0, HASH_BYTES);
    return new Encoded(Bytes32.wrap(hash), Bytes.wrap(datagram));
  }

  private static Packet decodeBody(int type, Bytes data) throws BadPacketException {
    try {
      return switch (type) {
        case Ping.TYPE -> RLP.decodeList(data, PacketCodec::ping);
        case Pong.TYPE -> RLP.decodeList(data, PacketCodec::pong);
        case FindNode.TYPE -> RLP.decodeList(data, PacketCodec::findNode);
        case Neighbors.TYPE -> RLP.decodeList(data, PacketCodec::neighbors);
        case EnrRequest.TYPE -> RLP.decodeList(data, reader -> new EnrRequest(number(reader)));
        case EnrResponse.TYPE -> RLP.decodeList(data, PacketCodec::enrResponse);
        default -> throw new BadPacketException(DropReason.UNKNOWN_TYPE, "type " + type);
      };
    } catch (RLPException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new BadPacketException(DropReason.BAD_RLP, "type " + type + ", " + e.getMessage());
    }
  }

  private static Packet ping(RLPReader reader) {
    int version = (int) number(reader);
    Endpoint from = reader.readList(PacketCodec::endpoint);
    Endpoint to = reader.readList(PacketCodec::endpoint);
    return new Ping(version, from, to, number(reader), enrSeq(reader));
  }

  private static Packet pong(RLPReader reader) {
    Endpoint to = reader.readList(PacketCodec::endpoint);
    return new Pong(to, reader.readValue(), number(reader), enrSeq(reader));
  }

  private static Packet findNode(RLPReader reader) {
    Bytes target = reader.readValue();
    if (target.size() != PublicKey.BYTES) {
      throw new IllegalArgumentException("a target of " + target.size() + " bytes");
    }
    return new FindNode(target, number(reader));
  }

  private static Packet neighbors(RLPReader reader) {
    List<Neighbor> nodes = reader.readListContents(item -> item.readList(PacketCodec::neighbor));
    return new Neighbors(nodes, number(reader));
  }

  private static Neighbor neighbor(RLPReader reader) {
    InetAddress address =
        address(reader.readValue())
            .orElseThrow(() -> new IllegalArgumentException("a neighbor without IP address"));
    int udp = port(reader);
    int tcp = port(reader);
    Bytes key = reader.readValue();
    if (key.size() != PublicKey.BYTES) {
      throw new IllegalArgumentException("a public key of " + key.size() + " bytes");
    }
    return new Neighbor(address, udp, tcp, key);
  }

  private static Packet enrResponse(RLPReader reader) {
    Bytes requestHash = reader.readValue();
    Bytes rest = reader.readRemaining();
    int length =
        RLP.decode(
            rest,
            item -> {
              item.skipNext();
              return item.position();
            });
    return new EnrResponse(requestHash, rest.slice(0, length));
  }

  /** The TCP port may be missing: clients that don't listen leave it out. */
  private static Endpoint endpoint(RLPReader reader) {
    Optional<InetAddress> address = address(reader.readValue());
    int udp = port(reader);
    return new Endpoint(address, udp, reader.isComplete() ? 0 : port(reader));
  }

  private static int port(RLPReader reader) {
    long port = number(reader);
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port);
    }
    return (int) port;
  }

  /**
   * An unsigned number of at most 64 bits. Leading zeros are forgiven, since some clients write a
   * port that is not known as two zero bytes.
   */
  private static long number(RLPReader reader) {
    Bytes value = reader.readValue();
    if (value.size() > Long.BYTES) {
      throw new IllegalArgumentException("a number of " + value.size() + " bytes");
    }
    return value.toLong();
  }

  /** EIP-868's optional element; anything but a number there belongs to some other extension. */
  private static long enrSeq(RLPReader reader) {
    if (reader.isComplete() || reader.nextIsList()) {
      return 0;
    }
    Bytes value = reader.readValue();
    return value.size() > Long.BYTES ? 0 : value.toLong();
  }

  private static Optional<InetAddress> address(Bytes bytes) {
    try {
      return Optional.of(InetAddress.getByAddress(bytes.toArrayUnsafe()));
    } catch (UnknownHostException e) {
      return Optional.empty(); // neither 4 nor 16 bytes
    }
  }

  private static Bytes encodeBody(Packet packet) {
    return RLP.encodeList(
        writer -> {
          switch (packet) {
            case Ping ping -> {
              writer.writeValue(Bytes.minimalBytes(ping.version()));
              writer.writeList(list -> write(list, ping.from()));
              writer.writeList(list -> write(list, ping.to()));
              writer.writeValue(Bytes.minimalBytes(ping.expiration()));
              writer.writeValue(Bytes.minimalBytes(ping.enrSeq()));
            }
            case Pong pong -> {
              writer.writeList(list -> write(list, pong.to()));
              writer.writeValue(pong.pingHash());
              writer.writeValue(Bytes.minimalBytes(pong.expiration()));
              writer.writeValue(Bytes.minimalBytes(pong.enrSeq()));
            }
            case FindNode find -> {
              writer.writeValue(find.target());
              writer.writeValue(Bytes.minimalBytes(find.expiration()));
            }
            case Neighbors neighbors -> {
              writer.writeList(
                  neighbors.nodes(), (list, node) -> list.writeList(item -> write(item, node)));
              writer.writeValue(Bytes.minimalBytes(neighbors.expiration()));
            }
            case EnrRequest request -> writer.writeValue(Bytes.minimalBytes(request.expiration()));
            case EnrResponse response -> {
              writer.writeValue(response.requestHash());
              writer.writeRLP(response.record());
            }
          }
        });
  }

  private static void write(RLPWriter writer, Endpoint endpoint) {
    writer.writeByteArray(endpoint.address().map(InetAddress::getAddress).orElse(new byte[0]));
    writer.writeInt(endpoint.udpPort());
    writer.writeInt(endpoint.tcpPort());
  }

  private static void write(RLPWriter writer, Neighbor node) {
    writer.writeByteArray(node.address().getAddress());
    writer.writeInt(node.udpPort());
    writer.writeInt(node.tcpPort());
    writer.writeValue(node.publicKey());
  }
}
