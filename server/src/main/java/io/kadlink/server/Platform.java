package io.kadlink.server;

import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.Signer;
import io.kadlink.rlpx.Transport;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What a server runs on: its loops, its network, and threads for what takes long. Threads and
 * sockets of its own unless told otherwise; a simulation has one virtual loop instead, and a
 * virtual network. The server ends what it was given with {@link #close}.
 */
public interface Platform {

  /** Owns whom to dial and whom to keep. */
  Loop server();

  /** Runs the protocols of this name; the same loop each time. */
  Loop protocol(String name);

  /** Channels and event loops for RLPx. */
  Transport transport();

  /** Options for discovery, with a loop and sockets. */
  DiscoveryOptions.Builder discovery(Signer signer);

  /** For handshakes and large messages, which would hold up a connection's loop. */
  Executor computation();

  /** For what takes long and is waited for by nobody: signatures of certificates, files. */
  Executor verifier();

  /**
   * For ephemeral keys and nonces of RLPx: unpredictable, unless all of the network is simulated.
   */
  RandomGenerator secrets();

  /** Whether the caller runs on one of its loops, or else must not wait for them. */
  boolean mustNotWait();

  /**
   * Ends all of it: what is queued still runs, nothing new is taken. Completes, never
   * exceptionally, when that is done; bounded by a few seconds.
   */
  CompletionStage<Void> close();
}
