package io.kadlink.bench.server;

/** What strangers do once they are connected; then they wait to be closed, and come again. */
enum Stranger {
  /** Nobody comes. */
  NONE(false),
  /** Nothing. */
  SILENT(false),
  /** A third of a handshake packet. */
  HALF_AUTH(false),
  /** A whole one that is not for this node: each costs the server a point multiplication. */
  WRONG_AUTH(false),
  /** What was never a handshake. */
  GARBAGE(false),
  /** The handshake, and no Hello. */
  NO_HELLO(true),
  /** A session, and half of a frame of a mebibyte. */
  HALF_FRAME(true),
  /** A session in which they ask for a lot and read nothing. */
  NO_READING(true),
  /** A session, and pings as fast as they can. */
  PINGS(true),
  /** A session, and Hello after Hello. */
  HELLOS(true),
  /** A session, and a frame with a wrong MAC. */
  WRONG_MAC(true);

  /** Whether they have a key and shake hands; each time with another key, so no ban holds. */
  final boolean shakesHands;

  Stranger(boolean shakesHands) {
    this.shakesHands = shakesHands;
  }
}
