package io.kadlink.server.nat.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** NAT-PMP's bytes (RFC 6886 §3): fixed layouts, big-endian. */
public final class PmpCodec {
  /** Where gateways listen, shared with PCP. */
  public static final int PORT = 5351;

  static final int VERSION = 0;
  static final int OP_EXTERNAL_ADDRESS = 0;
  static final int OP_MAP_UDP = 1;
  static final int OP_MAP_TCP = 2;
  private static final int RESPONSE = 0x80;

  /** Version, operation, result, epoch: all that a refusal need have. */
  static final int HEADER_BYTES = 8;

  static final int ADDRESS_BYTES = 12;
  static final int MAPPING_BYTES = 16;

  /** PCP's limit, which shares the port; NAT-PMP itself has no longer answer than 16 bytes. */
  static final int MAX_BYTES = 1_100;

  private PmpCodec() {}

  /** Asks for the external address. */
  public static byte[] externalAddressRequest() {
    return new byte[] {VERSION, OP_EXTERNAL_ADDRESS};
  }

  /**
   * Asks for a mapping, or ends one.
   *
   * @param externalPort the one wanted; 0: any
   * @param lifetimeSeconds 0 deletes the mapping
   */
  public static byte[] mappingRequest(
      IpProtocol protocol, int internalPort, int externalPort, long lifetimeSeconds) {
    return ByteBuffer.allocate(12)
        .put((byte) VERSION)
        .put((byte) (protocol == IpProtocol.TCP ? OP_MAP_TCP : OP_MAP_UDP))
        .putShort((short) 0)
        .putShort((short) internalPort)
        .putShort((short) externalPort)
        .putInt((int) lifetimeSeconds)
        .array();
  }

  /**
   * Reads an answer.
   *
   * @throws BadAnswerException when the bytes are no answer of NAT-PMP
   */
  public static PmpAnswer decode(byte[] datagram) {
    if (datagram.length < HEADER_BYTES || datagram.length > MAX_BYTES) {
      throw new BadAnswerException("NAT-PMP answers do not have " + datagram.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(datagram);
    int version = in.get() & 0xff;
    if (version != VERSION) {
      throw new BadAnswerException("version " + version + " is not NAT-PMP");
    }
    int operation = in.get() & 0xff;
    if ((operation & RESPONSE) == 0) {
      throw new BadAnswerException("not an answer but a request");
    }
    operation &= ~RESPONSE;
    int result = in.getShort() & 0xffff;
    long epoch = in.getInt() & 0xffff_ffffL;
    if (result != 0) {
      return new PmpAnswer.Refusal(epoch, operation, result);
    }
    return switch (operation) {
      case OP_EXTERNAL_ADDRESS -> {
        require(datagram.length, ADDRESS_BYTES);
        yield new PmpAnswer.ExternalAddress(epoch, address(in));
      }
      case OP_MAP_UDP, OP_MAP_TCP -> {
        require(datagram.length, MAPPING_BYTES);
        yield new PmpAnswer.Mapping(
            epoch,
            operation == OP_MAP_TCP ? IpProtocol.TCP : IpProtocol.UDP,
            in.getShort() & 0xffff,
            in.getShort() & 0xffff,
            in.getInt() & 0xffff_ffffL);
      }
      default -> throw new BadAnswerException("an answer to the unknown operation " + operation);
    };
  }

  private static void require(int length, int needed) {
    if (length < needed) {
      throw new BadAnswerException("an answer of " + length + " bytes is cut short");
    }
  }

  private static InetAddress address(ByteBuffer in) {
    byte[] bytes = new byte[4];
    in.get(bytes);
    try {
      return Inet4Address.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }
}
