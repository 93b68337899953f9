package io.kadlink.discovery.v5;

import io.kadlink.discovery.v5.Message.FindNode;
import io.kadlink.discovery.v5.Message.Nodes;
import io.kadlink.discovery.v5.Message.Ping;
import io.kadlink.discovery.v5.Message.Pong;
import io.kadlink.discovery.v5.Message.TalkRequest;
import io.kadlink.discovery.v5.Message.TalkResponse;
import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;

/**
 * Turns messages into bytes and back: {@code message-type || message-data} (discv5-wire, Protocol
 * Messages). As everywhere in devp2p, further list elements and bytes after the list are ignored.
 */
public final class MessageCodec {
  /** Distances in one FINDNODE: each of the 257 once. More can only repeat or have no meaning. */
  public static final int MAX_DISTANCES = FindNode.MAX_DISTANCE + 1;

  private static final int MAX_PORT = 65_535;

  private MessageCodec() {}

  /** Decodes what was decrypted; the result refers to {@code plaintext}. */
  public static Message decode(byte[] plaintext) throws BadPacketException {
    if (plaintext.length == 0) {
      throw new BadPacketException(DropReason.BAD_MESSAGE);
    }
    int type = plaintext[0];
    if (type < Ping.TYPE || type > TalkResponse.TYPE) {
      throw new BadPacketException(DropReason.UNKNOWN_TYPE);
    }
    RlpCursor list = RlpCursor.ofList(plaintext, 1);
    Bytes requestId = list.string(Message.MAX_REQUEST_ID_BYTES);
    return switch (type) {
      case Ping.TYPE -> new Ping(requestId, list.number());
      case Pong.TYPE -> new Pong(requestId, list.number(), recipient(list));
      case FindNode.TYPE -> new FindNode(requestId, distances(list.list()));
      case Nodes.TYPE -> new Nodes(requestId, total(list), records(list.list()));
      case TalkRequest.TYPE ->
          new TalkRequest(requestId, list.string(plaintext.length), list.string(plaintext.length));
      case TalkResponse.TYPE -> new TalkResponse(requestId, list.string(plaintext.length));
      default -> throw new BadPacketException(DropReason.UNKNOWN_TYPE);
    };
  }

  /** Encodes a message, ready to be encrypted. */
  public static byte[] encode(Message message) {
    Bytes list =
        RLP.encodeList(
            writer -> {
              writer.writeValue(message.requestId());
              switch (message) {
                case Ping ping -> writer.writeValue(Bytes.minimalBytes(ping.enrSeq()));
                case Pong pong -> {
                  writer.writeValue(Bytes.minimalBytes(pong.enrSeq()));
                  writer.writeByteArray(pong.recipient().getAddress().getAddress());
                  writer.writeInt(pong.recipient().getPort());
                }
                case FindNode find ->
                    writer.writeList(distances -> find.distances().forEach(distances::writeInt));
                case Nodes nodes -> {
                  writer.writeInt(nodes.total());
                  writer.writeList(records -> nodes.records().forEach(records::writeRLP));
                }
                case TalkRequest talk -> {
                  writer.writeValue(talk.protocol());
                  writer.writeValue(talk.request());
                }
                case TalkResponse talk -> writer.writeValue(talk.response());
              }
            });
    byte[] encoded = new byte[1 + list.size()];
    encoded[0] = (byte) message.type();
    System.arraycopy(list.toArrayUnsafe(), 0, encoded, 1, list.size());
    return encoded;
  }

  private static InetSocketAddress recipient(RlpCursor list) throws BadPacketException {
    Bytes address = list.string(16);
    long port = list.number();
    if (port < 0 || port > MAX_PORT) {
      throw new BadPacketException(DropReason.BAD_MESSAGE);
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address.toArrayUnsafe()), (int) port);
    } catch (UnknownHostException e) {
      throw new BadPacketException(DropReason.BAD_MESSAGE); // neither 4 nor 16 bytes
    }
  }

  private static List<Integer> distances(RlpCursor list) throws BadPacketException {
    List<Integer> distances = new ArrayList<>();
    while (list.hasNext()) {
      long distance = list.number();
      if (distances.size() == MAX_DISTANCES) {
        throw new BadPacketException(DropReason.BAD_MESSAGE);
      }
      distances.add(distance < 0 ? Integer.MAX_VALUE : (int) Math.min(distance, Integer.MAX_VALUE));
    }
    return distances;
  }

  private static int total(RlpCursor list) throws BadPacketException {
    long total = list.number();
    return total < 0 ? Integer.MAX_VALUE : (int) Math.min(total, Integer.MAX_VALUE);
  }

  private static List<Bytes> records(RlpCursor list) throws BadPacketException {
    List<Bytes> records = new ArrayList<>();
    while (list.hasNext()) {
      records.add(list.rawList(NodeRecord.MAX_BYTES));
    }
    return records;
  }
}
