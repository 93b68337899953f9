package io.kadlink.server.nat.wire;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * STUN's binding method (RFC 8489), without authentication: one request, and its answer with {@code
 * XOR-MAPPED-ADDRESS}, or {@code MAPPED-ADDRESS} from older servers.
 */
public final class StunCodec {
  /** Where servers listen unless said otherwise. */
  public static final int DEFAULT_PORT = 3478;

  /** What ties an answer to its request. */
  public static final int TRANSACTION_ID_BYTES = 12;

  static final int MAGIC_COOKIE = 0x2112A442;
  static final int HEADER_BYTES = 20;

  /** The most that fits one unfragmented datagram; answers have a tenth of it. */
  static final int MAX_BYTES = 1_472;

  private static final int BINDING_REQUEST = 0x0001;
  private static final int BINDING_SUCCESS = 0x0101;
  private static final int BINDING_ERROR = 0x0111;

  private static final int MAPPED_ADDRESS = 0x0001;
  private static final int ERROR_CODE = 0x0009;
  private static final int XOR_MAPPED_ADDRESS = 0x0020;

  /** Attributes from here on may be passed over by who does not know them (§14). */
  private static final int COMPREHENSION_OPTIONAL = 0x8000;

  private StunCodec() {}

  /** Asks where this comes from. */
  public static byte[] bindingRequest(Bytes transactionId) {
    return ByteBuffer.allocate(HEADER_BYTES)
        .putShort((short) BINDING_REQUEST)
        .putShort((short) 0)
        .putInt(MAGIC_COOKIE)
        .put(transactionId.toArrayUnsafe())
        .array();
  }

  /**
   * Reads an answer.
   *
   * @throws BadAnswerException when the bytes are no answer to a binding request, or name no
   *     address
   */
  public static StunAnswer decode(byte[] datagram) {
    if (datagram.length < HEADER_BYTES || datagram.length > MAX_BYTES) {
      throw new BadAnswerException("STUN answers do not have " + datagram.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(datagram);
    int type = in.getShort() & 0xffff;
    int length = in.getShort() & 0xffff;
    if (in.getInt() != MAGIC_COOKIE) {
      throw new BadAnswerException("no magic cookie: not STUN");
    }
    if (length % 4 != 0 || length != datagram.length - HEADER_BYTES) {
      throw new BadAnswerException(
          length
              + " bytes of attributes were announced, "
              + (datagram.length - HEADER_BYTES)
              + " came");
    }
    byte[] id = new byte[TRANSACTION_ID_BYTES];
    in.get(id);
    return switch (type) {
      case BINDING_SUCCESS -> new StunAnswer.Binding(Bytes.wrap(id), mappedAddress(in, id));
      case BINDING_ERROR -> new StunAnswer.Refusal(Bytes.wrap(id), errorCode(in));
      default ->
          throw new BadAnswerException("message type " + type + " answers no binding request");
    };
  }

  private static InetSocketAddress mappedAddress(ByteBuffer in, byte[] id) {
    InetSocketAddress plain = null;
    while (in.hasRemaining()) {
      Attribute attribute = next(in);
      switch (attribute.type()) {
        case XOR_MAPPED_ADDRESS -> {
          return address(attribute.value(), id);
        }
        case MAPPED_ADDRESS -> plain = plain == null ? address(attribute.value(), null) : plain;
        case 0x0004, 0x0005, 0x0008, 0x001C -> {
          // RFC 3489's SOURCE-ADDRESS and CHANGED-ADDRESS; integrity that nobody asked for
        }
        default -> {
          if (attribute.type() < COMPREHENSION_OPTIONAL) {
            throw new BadAnswerException(
                "attribute " + attribute.type() + " would have to be known");
          }
        }
      }
    }
    if (plain == null) {
      throw new BadAnswerException("an answer without an address");
    }
    return plain;
  }

  private static int errorCode(ByteBuffer in) {
    while (in.hasRemaining()) {
      Attribute attribute = next(in);
      if (attribute.type() == ERROR_CODE && attribute.value().remaining() >= 4) {
        ByteBuffer value = attribute.value().position(attribute.value().position() + 2);
        int code = (value.get() & 7) * 100 + (value.get() & 0xff);
        if (code < 300 || code > 699) {
          throw new BadAnswerException("there is no error code " + code);
        }
        return code;
      }
    }
    throw new BadAnswerException("an error without a code");
  }

  private record Attribute(int type, ByteBuffer value) {}

  private static Attribute next(ByteBuffer in) {
    // the rest is a multiple of four bytes, so a header is always there
    int type = in.getShort() & 0xffff;
    int length = in.getShort() & 0xffff;
    int padded = (length + 3) & ~3;
    if (padded > in.remaining()) {
      throw new BadAnswerException("attribute " + type + " is cut short");
    }
    ByteBuffer value = in.slice(in.position(), length);
    in.position(in.position() + padded);
    return new Attribute(type, value);
  }

  /**
   * @param id of the transaction, where the address is XORed with cookie and id
   */
  private static InetSocketAddress address(ByteBuffer value, byte @Nullable [] id) {
    if (value.remaining() != 8 && value.remaining() != 20) {
      throw new BadAnswerException("an address of " + value.remaining() + " bytes");
    }
    value.get();
    int family = value.get();
    if (family != (value.remaining() == 6 ? 1 : 2)) {
      throw new BadAnswerException("address family " + family + " does not fit its length");
    }
    int port = value.getShort() & 0xffff;
    byte[] bytes = new byte[value.remaining()];
    value.get(bytes);
    if (id != null) {
      port ^= MAGIC_COOKIE >>> 16;
      byte[] mask = ByteBuffer.allocate(16).putInt(MAGIC_COOKIE).put(id).array();
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] ^= mask[i];
      }
    }
    if (port == 0) {
      throw new BadAnswerException("nobody sends from port 0");
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four and sixteen bytes are addresses", e);
    }
  }
}
