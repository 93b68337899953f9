package io.kadlink.server.messages;

/** A message that an {@link Answer} with the same id follows. */
public interface Question {
  /** Chosen by the one who asks; any 64-bit number. */
  long requestId();
}
