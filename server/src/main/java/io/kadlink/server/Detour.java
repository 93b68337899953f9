package io.kadlink.server;

import io.kadlink.discovery.Node;
import java.util.concurrent.CompletionStage;

/** A way around: reaches a node that can't be dialed, for instance over a relay it announces. */
public interface Detour {

  /** Whether {@code node}'s record announces something this detour can use. */
  boolean offers(Node node);

  /**
   * Opens a session with {@code node}; fails with an exception whose message says which way was
   * tried and why it failed. Called on any thread.
   */
  CompletionStage<Peer> open(Node node);
}
