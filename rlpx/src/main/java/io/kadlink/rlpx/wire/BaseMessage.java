package io.kadlink.rlpx.wire;

/** A message of the base protocol, ids 0x00 to 0x0f (rlpx.md §"p2p" Capability). */
public sealed interface BaseMessage
    permits Hello, BaseMessage.Disconnect, BaseMessage.Ping, BaseMessage.Pong, BaseMessage.Unknown {

  /** How many ids the base protocol owns; capabilities come after them. */
  int ID_COUNT = 0x10;

  /** The id it travels under. */
  int id();

  /** The sender is leaving. */
  record Disconnect(DisconnectReason reason) implements BaseMessage {
    public static final int ID = 0x01;

    @Override
    public int id() {
      return ID;
    }
  }

  /** Asks for a {@link Pong}. */
  record Ping() implements BaseMessage {
    public static final int ID = 0x02;

    @Override
    public int id() {
      return ID;
    }
  }

  /** Answers a {@link Ping}. */
  record Pong() implements BaseMessage {
    public static final int ID = 0x03;

    @Override
    public int id() {
      return ID;
    }
  }

  /** An id that a later version may have given a meaning. To be ignored; never sent. */
  record Unknown(int id) implements BaseMessage {}
}
