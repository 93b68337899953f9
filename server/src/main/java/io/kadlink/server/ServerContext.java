package io.kadlink.server;

import io.kadlink.discovery.Node;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import io.kadlink.server.dial.DialTarget;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** What the protocols of one name get. */
record ServerContext(Loop loop, RandomGenerator random, Services services)
    implements ProtocolContext {

  /** What all protocols share. */
  record Services(
      InstantSource clock,
      MeterRegistry metrics,
      Signer signer,
      Executor computation,
      LocalRecord record,
      PeerSet peers,
      Dialer dialer,
      Adoption adoption,
      Detours detours) {}

  @Override
  public InstantSource clock() {
    return services.clock();
  }

  @Override
  public MeterRegistry metrics() {
    return services.metrics();
  }

  @Override
  public Executor computation() {
    return services.computation();
  }

  @Override
  public Signer signer() {
    return services.signer();
  }

  @Override
  public NodeRecord localRecord() {
    return services.record().current();
  }

  @Override
  public CompletionStage<NodeRecord> updateRecord(UnaryOperator<NodeRecord.Builder> change) {
    return services.record().update(change);
  }

  @Override
  public Optional<Peer> peer(NodeId id) {
    return services.peers().peer(id).map(session -> session);
  }

  @Override
  public CompletionStage<Peer> connect(Node node) {
    return services.dialer().connect(DialTarget.of(node));
  }

  @Override
  public CompletionStage<Peer> adopt(
      ByteStream stream, Optional<PublicKey> expected, PublicKey relay) {
    return services.adoption().adopt(stream, expected, relay);
  }

  @Override
  public void registerDetour(Detour detour) {
    services.detours().register(detour);
  }
}
