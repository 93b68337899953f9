package io.kadlink.protocols.eth.chain;

/** What became of a block. */
public sealed interface ImportResult {

  /**
   * It is stored.
   *
   * @param newHead whether it became the head
   * @param stateChecked whether its state transition was executed and compared; false for a chain
   *     whose blocks need an EVM
   */
  record Imported(boolean newHead, boolean stateChecked) implements ImportResult {}

  /** It was there already. */
  record Known() implements ImportResult {}

  /** Its parent is unknown: sync first. */
  record UnknownParent() implements ImportResult {}

  /** It breaks a rule; {@code reason} names the rule, what was found and what was expected. */
  record Invalid(String reason) implements ImportResult {}
}
