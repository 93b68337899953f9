package io.kadlink.rlpx.wire;

/**
 * How urgent a message is among those that wait for one connection. Higher ones go first, but each
 * priority keeps a share of what the connection carries, so none waits for ever.
 *
 * <p>What a protocol may rely on: a message is never overtaken by a later one of the same or a
 * lower priority. It may be overtaken by a later one of a higher priority. So what must come first
 * on a session goes as {@link #HIGH}, and messages whose order matters share a priority.
 */
public enum Priority {
  /** Short and waited for: questions, credit, news that others act on at once. */
  HIGH,
  /** What was asked for, and all that says nothing else. */
  NORMAL,
  /** Bulk and gossip, which can wait or be learned elsewhere. */
  LOW
}
