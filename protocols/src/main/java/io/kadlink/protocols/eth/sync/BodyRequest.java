package io.kadlink.protocols.eth.sync;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.peer.EthPeer;
import java.time.Instant;
import java.util.List;

/** Bodies that one peer was asked for. Confined to the loop. */
final class BodyRequest {
  private final EthPeer peer;
  private final List<BlockHeader> headers;
  private final Instant sent;
  private boolean released;
  private boolean blamed;

  BodyRequest(EthPeer peer, List<BlockHeader> headers, Instant sent) {
    this.peer = peer;
    this.headers = headers;
    this.sent = sent;
  }

  EthPeer peer() {
    return peer;
  }

  List<BlockHeader> headers() {
    return headers;
  }

  Instant sent() {
    return sent;
  }

  /** It is late, and others are asked. */
  void release() {
    released = true;
  }

  boolean isReleased() {
    return released;
  }

  /** The peer should have given what it left out; said once for a request. */
  void blame() {
    if (!blamed && !peer.isOver()) {
      blamed = true;
      peer.failed("no bodies of blocks it claims to have");
    }
  }
}
