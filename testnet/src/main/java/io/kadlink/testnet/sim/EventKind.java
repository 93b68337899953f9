package io.kadlink.testnet.sim;

/** What happened, as the event log says it. */
public enum EventKind {
  /** A node started at this endpoint. */
  JOIN(1),
  /** A node vanished. */
  LEAVE(2),
  /** A datagram left for this endpoint. */
  SEND(3),
  /** A datagram from this endpoint arrived. */
  DELIVER(4),
  /** Nobody was at the endpoint it went to, or not any more. */
  NOBODY(5),
  /** It was lost on the way. */
  LOST(6),
  /** It came twice. */
  TWICE(7),
  /** It was held up, and others overtook it. */
  LATE(8),
  /** Its sender and receiver were in different parts of a split network. */
  SPLIT(9),
  /** The receiver's NAT let it not through. */
  FILTERED(10),
  /** A lookup ended. */
  LOOKUP(11),
  /** The network's faults changed. */
  FAULTS(12),
  /** A connection was asked for with this endpoint. */
  CONNECT(13),
  /** A connection from this endpoint came in. */
  ACCEPT(14),
  /** Nobody listened at the endpoint. */
  REFUSED(15),
  /** Bytes left over a connection with this endpoint. */
  BYTES(16),
  /** The node closed its connection with this endpoint. */
  END(17),
  /** A connection was not known any more to the host that it was with. */
  RESET(18);

  private final int code;

  EventKind(int code) {
    this.code = code;
  }

  /** What stands for it in the log's bytes. */
  int code() {
    return code;
  }

  static EventKind of(int code) {
    for (EventKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new IllegalArgumentException("no kind of event has the code " + code);
  }
}
