package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import java.io.IOException;

/**
 * Why a transaction is not taken.
 *
 * @param cause what is counted
 * @param reason in words, with what was found and what was expected
 */
record Refusal(Cause cause, String reason) {

  /** The rule that was broken, as it is counted. */
  enum Cause {
    /** No rules, at whatever head, allow it. */
    INVALID(true),
    /** A sidecar that is not there, is another's, or does not prove its blobs. */
    SIDECAR(true),
    /** The rules of the next block don't allow it. */
    RULES(false),
    SIZE(false),
    /** Nothing can be judged here now. */
    STATE_UNKNOWN(false),
    NONCE(false),
    BALANCE(false),
    /** It offers less than this pool asks for, or than what it is to replace. */
    PRICE(false),
    /** The sender has enough waiting, or waiting of another kind. */
    SENDER(false),
    FULL(false),
    /** This chain or this machine can't handle such transactions. */
    UNSUPPORTED(false);

    private final boolean peerAtFault;

    Cause(boolean peerAtFault) {
      this.peerAtFault = peerAtFault;
    }
  }

  /** The disk did not take it. */
  static Refusal unwritten(IOException e) {
    return new Refusal(Cause.UNSUPPORTED, "it can't be kept: " + e.getMessage());
  }

  Verdict verdict() {
    return new Verdict.Refused(reason, cause.peerAtFault);
  }
}
