package io.kadlink.discovery.v4;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** A discovery v4 packet's body (devp2p discv4, Wire Protocol). */
public sealed interface Packet {

  /** The packet-type byte. */
  int type();

  /** A packet that carries a time after which it counts for nothing. */
  sealed interface Expiring extends Packet {
    /** Seconds since the epoch, a signed 64-bit number: what looks huge is long past. */
    long expiration();
  }

  /**
   * Where a node is. Statements of the remote side: nothing is ever sent to an address from here.
   *
   * @param address absent when its bytes make no IP address
   */
  record Endpoint(Optional<InetAddress> address, int udpPort, int tcpPort) {

    /** The UDP endpoint, when it names one that could be sent to. */
    Optional<InetSocketAddress> udp() {
      return address.filter(ip -> udpPort != 0).map(ip -> new InetSocketAddress(ip, udpPort));
    }
  }

  /** A node as a Neighbors packet tells of it; the key is not known to be a curve point. */
  record Neighbor(InetAddress address, int udpPort, int tcpPort, Bytes publicKey) {}

  /**
   * Asks for a pong, and says where the sender is.
   *
   * @param enrSeq the sender's record sequence number (EIP-868), 0 when not given
   */
  record Ping(int version, Endpoint from, Endpoint to, long expiration, long enrSeq)
      implements Expiring {
    public static final int TYPE = 1;
    public static final int VERSION = 4;

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * Answers a ping.
   *
   * @param pingHash hash of the ping this answers
   * @param enrSeq the sender's record sequence number (EIP-868), 0 when not given
   */
  record Pong(Endpoint to, Bytes pingHash, long expiration, long enrSeq) implements Expiring {
    public static final int TYPE = 2;

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * Asks for the nodes the receiver knows near a target.
   *
   * @param target 64 bytes, of which Keccak-256 is the id looked for; need not be a curve point
   */
  record FindNode(Bytes target, long expiration) implements Expiring {
    public static final int TYPE = 3;

    @Override
    public int type() {
      return TYPE;
    }
  }

  /** At most {@link #MAX_NODES} nodes when we send it. */
  record Neighbors(List<Neighbor> nodes, long expiration) implements Expiring {
    public static final int TYPE = 4;

    /** What fits under 1280 bytes when all addresses are IPv6. */
    public static final int MAX_NODES = 12;

    public Neighbors {
      nodes = List.copyOf(nodes);
    }

    @Override
    public int type() {
      return TYPE;
    }
  }

  /** Asks for the receiver's record (EIP-868). */
  record EnrRequest(long expiration) implements Expiring {
    public static final int TYPE = 5;

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * Answers an ENRRequest (EIP-868).
   *
   * @param requestHash hash of the request this answers
   * @param record the node record as one raw RLP item; checking it costs a signature verification,
   *     so that is left to whoever asked for it
   */
  record EnrResponse(Bytes requestHash, Bytes record) implements Packet {
    public static final int TYPE = 6;

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * A packet ready to be sent.
   *
   * @param hash what an answer will refer to
   */
  record Encoded(Bytes32 hash, Bytes datagram) {}
}
