package io.kadlink.protocols.eth.pool;

/** Why a transaction leaves the pool. */
enum DropReason {
  /** Its nonce is used: it is in a block, or another one is. */
  INCLUDED,
  /** Another one with its nonce pays more. */
  REPLACED,
  /** The pool was full. */
  EVICTED,
  /** The account can't pay for it any more. */
  BALANCE,
  /** The rules of the next block don't allow it any more. */
  RULES,
  /** No one has sent the nonce before it for hours; for blobs, the one before it is gone. */
  GAP
}
