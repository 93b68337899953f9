package io.kadlink.server.nat.wire;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.apache.tuweni.bytes.Bytes;

/**
 * PCP's bytes (RFC 6887): header and the operations MAP and ANNOUNCE, without options. Addresses
 * have 128 bits; IPv4 ones are mapped into them.
 */
public final class PcpCodec {
  /** Where servers listen, shared with NAT-PMP. */
  public static final int PORT = 5351;

  /** What ties a mapping to the one who asked for it. */
  public static final int NONCE_BYTES = 12;

  static final int VERSION = 2;
  static final int OP_ANNOUNCE = 0;
  static final int OP_MAP = 1;
  private static final int RESPONSE = 0x80;
  static final int HEADER_BYTES = 24;
  static final int MAP_BYTES = HEADER_BYTES + 36;

  /** §7: longer messages are not PCP. */
  static final int MAX_BYTES = 1_100;

  /** A refusal by one who only speaks NAT-PMP (§9): its header is shorter. */
  private static final int PMP_VERSION = 0;

  private PcpCodec() {}

  /** Asks whether a server is there. */
  public static byte[] announceRequest(InetAddress client) {
    return header(HEADER_BYTES, OP_ANNOUNCE, 0, client).array();
  }

  /**
   * Asks for a mapping, or ends one.
   *
   * @param client the address this is sent from
   * @param externalPort the one wanted; 0: any
   * @param lifetimeSeconds 0 deletes the mapping
   */
  public static byte[] mapRequest(
      InetAddress client,
      Bytes nonce,
      IpProtocol protocol,
      int internalPort,
      int externalPort,
      InetAddress externalAddress,
      long lifetimeSeconds) {
    return header(MAP_BYTES, OP_MAP, lifetimeSeconds, client)
        .put(nonce.toArrayUnsafe())
        .put((byte) protocol.number())
        .put(new byte[3])
        .putShort((short) internalPort)
        .putShort((short) externalPort)
        .put(mapped(externalAddress))
        .array();
  }

  private static ByteBuffer header(int size, int operation, long lifetime, InetAddress client) {
    return ByteBuffer.allocate(size)
        .put((byte) VERSION)
        .put((byte) operation)
        .putShort((short) 0)
        .putInt((int) lifetime)
        .put(mapped(client));
  }

  /**
   * Reads an answer.
   *
   * @throws BadAnswerException when the bytes are no answer of PCP, and not NAT-PMP's way to say
   *     that it does not speak PCP
   */
  public static PcpAnswer decode(byte[] datagram) {
    if (datagram.length < PmpCodec.HEADER_BYTES || datagram.length > MAX_BYTES) {
      throw new BadAnswerException("PCP answers do not have " + datagram.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(datagram);
    int version = in.get() & 0xff;
    int operation = in.get() & 0xff;
    if ((operation & RESPONSE) == 0) {
      throw new BadAnswerException("not an answer but a request");
    }
    operation &= ~RESPONSE;
    if (version == PMP_VERSION) {
      return ofPmp(operation, in);
    }
    if (version != VERSION) {
      throw new BadAnswerException("version " + version + " is not PCP");
    }
    if (datagram.length < HEADER_BYTES || datagram.length % 4 != 0) {
      throw new BadAnswerException("PCP answers do not have " + datagram.length + " bytes");
    }
    in.get(); // reserved
    int result = in.get() & 0xff;
    long lifetime = in.getInt() & 0xffff_ffffL;
    long epoch = in.getInt() & 0xffff_ffffL;
    if (result != 0) {
      return new PcpAnswer.Refusal(epoch, operation, result, lifetime);
    }
    in.position(HEADER_BYTES);
    return switch (operation) {
      case OP_ANNOUNCE -> new PcpAnswer.Announcement(epoch);
      case OP_MAP -> {
        if (datagram.length < MAP_BYTES) {
          throw new BadAnswerException("an answer of " + datagram.length + " bytes is cut short");
        }
        byte[] nonce = new byte[NONCE_BYTES];
        in.get(nonce);
        int protocol = in.get() & 0xff;
        in.position(in.position() + 3);
        int internalPort = in.getShort() & 0xffff;
        int externalPort = in.getShort() & 0xffff;
        yield new PcpAnswer.Mapping(
            epoch, Bytes.wrap(nonce), protocol, internalPort, externalPort, address(in), lifetime);
      }
      default -> throw new BadAnswerException("an answer to the unknown operation " + operation);
    };
  }

  private static PcpAnswer ofPmp(int operation, ByteBuffer in) {
    int result = in.getShort() & 0xffff;
    long epoch = in.getInt() & 0xffff_ffffL;
    if (result != PcpAnswer.UNSUPPORTED_VERSION) {
      throw new BadAnswerException("version 0 is not PCP");
    }
    return new PcpAnswer.Refusal(epoch, operation, result, 0);
  }

  private static byte[] mapped(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (!(address instanceof Inet4Address)) {
      return bytes;
    }
    return ByteBuffer.allocate(16).position(10).putShort((short) 0xffff).put(bytes).array();
  }

  /** The JDK makes IPv4 addresses of those mapped into IPv6. */
  private static InetAddress address(ByteBuffer in) {
    byte[] bytes = new byte[16];
    in.get(bytes);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("sixteen bytes are an address", e);
    }
  }
}
