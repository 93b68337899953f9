package io.kadlink.server.dial;

/** How a dial ended. */
public sealed interface DialOutcome {

  /** There is a session with the node. */
  record Connected() implements DialOutcome {}

  /**
   * There is none.
   *
   * @param setback what kind of thing came between
   * @param why one sentence for a person
   */
  record Failed(Setback setback, String why) implements DialOutcome {}
}
