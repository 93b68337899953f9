package io.kadlink.server;

import io.kadlink.discovery.Node;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.SteadyClock;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** What the server hands to a protocol. */
public interface ProtocolContext {

  /** The protocol's own loop: all its callbacks run there, and its timers should too. */
  Loop loop();

  /** The time of day: for what is compared with other machines, or kept. */
  InstantSource clock();

  /**
   * A clock for durations, which no setting of the machine's clock moves. Each call gives one of
   * its own: what is to be compared is taken from the same.
   */
  default InstantSource steadyClock() {
    return SteadyClock.of(loop());
  }

  /**
   * For arithmetic that would hold up the loop, milliseconds of it and more. The server has few
   * threads for this: whoever hands work in bounds how much, and takes the result back to the loop.
   * Where there is one thread for everything, as in a simulation, the work is done there.
   */
  default Executor computation() {
    return loop();
  }

  /** To be used on the loop only. */
  RandomGenerator random();

  /** Where what happens is counted. */
  MeterRegistry metrics();

  /** This node's key, as a signer. */
  Signer signer();

  /** This node's current record. */
  NodeRecord localRecord();

  /** Changes this node's record: a protocol announces itself there (e.g. {@code eth}). */
  CompletionStage<NodeRecord> updateRecord(UnaryOperator<NodeRecord.Builder> change);

  /** The connected peer of this id, whatever protocols it speaks. */
  Optional<Peer> peer(NodeId id);

  /**
   * Sees to it that there is a session with this node: the existing one, or a new dial, counted
   * against no limit.
   */
  CompletionStage<Peer> connect(Node node);

  /**
   * Runs a session over a stream this protocol provides, as if it were a TCP connection.
   *
   * @param expected the node at the far end when we are the one who dials; empty when we are dialed
   * @param relay who carries the stream: shown by {@link Peer#relay()}
   */
  CompletionStage<Peer> adopt(ByteStream stream, Optional<PublicKey> expected, PublicKey relay);

  /** Registers a way to reach nodes that have no TCP endpoint. At most one per server. */
  void registerDetour(Detour detour);
}
