package io.kadlink.discovery.v5;

import java.net.InetSocketAddress;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/** A discv5 message (discv5-wire, Protocol Messages). */
public sealed interface Message {

  /** The specification's limit for a request id. */
  int MAX_REQUEST_ID_BYTES = 8;

  /** The message-type byte. */
  int type();

  /** 0 to {@value #MAX_REQUEST_ID_BYTES} bytes; an answer carries its request's. */
  Bytes requestId();

  /** A message that wants an answer. */
  sealed interface Request extends Message {}

  /** An answer. */
  sealed interface Response extends Message {}

  /**
   * Asks for a pong.
   *
   * @param enrSeq the sender's record sequence number
   */
  record Ping(Bytes requestId, long enrSeq) implements Request {
    public static final int TYPE = 1;

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * Answers a ping.
   *
   * @param enrSeq the sender's record sequence number
   * @param recipient where the sender saw the ping come from; nobody vouches for it
   */
  record Pong(Bytes requestId, long enrSeq, InetSocketAddress recipient) implements Response {
    public static final int TYPE = 2;

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * Asks for nodes at distances from the receiver.
   *
   * @param distances logarithmic, 0 (the receiver itself) to 256; what is beyond has no meaning
   */
  record FindNode(Bytes requestId, List<Integer> distances) implements Request {
    public static final int TYPE = 3;

    /** The logarithmic distance of ids that differ in their first bit. */
    public static final int MAX_DISTANCE = 256;

    public FindNode {
      distances = List.copyOf(distances);
    }

    @Override
    public int type() {
      return TYPE;
    }
  }

  /**
   * A part of the answer to a FindNode.
   *
   * @param total how many such messages the answer has
   * @param records node records as raw RLP items; checking one costs a signature verification, so
   *     that is left to whoever asked for them
   */
  record Nodes(Bytes requestId, int total, List<Bytes> records) implements Response {
    public static final int TYPE = 4;

    public Nodes {
      records = List.copyOf(records);
    }

    @Override
    public int type() {
      return TYPE;
    }
  }

  /** A request of an application's protocol. */
  record TalkRequest(Bytes requestId, Bytes protocol, Bytes request) implements Request {
    public static final int TYPE = 5;

    @Override
    public int type() {
      return TYPE;
    }
  }

  /** Answers a TalkRequest; empty when the protocol is not known. */
  record TalkResponse(Bytes requestId, Bytes response) implements Response {
    public static final int TYPE = 6;

    @Override
    public int type() {
      return TYPE;
    }
  }
}
