package io.kadlink.server;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.Rlpx;
import io.kadlink.rlpx.RlpxConnection;
import io.netty.channel.EventLoopGroup;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Runs sessions over streams that protocols provide. Thread-safe. */
final class Adoption {
  private final Loop loop;
  private final Rlpx rlpx;
  private final EventLoopGroup workers;
  private final PeerSet peers;

  Adoption(Loop loop, Rlpx rlpx, EventLoopGroup workers, PeerSet peers) {
    this.loop = loop;
    this.rlpx = rlpx;
    this.workers = workers;
    this.peers = peers;
  }

  /** As {@link ProtocolContext#adopt}. */
  CompletionStage<Peer> adopt(ByteStream stream, Optional<PublicKey> expected, PublicKey relay) {
    StreamChannel channel = new StreamChannel(stream, new RelayedAddress(relay));
    CompletableFuture<Peer> adopted = new CompletableFuture<>();
    workers
        .register(channel)
        .addListener(
            registered -> {
              if (!registered.isSuccess()) {
                stream.close("this node is stopping");
                adopted.completeExceptionally(registered.cause());
                return;
              }
              CompletionStage<RlpxConnection> opening =
                  expected.isPresent()
                      ? rlpx.initiate(channel, expected.get())
                      : rlpx.receive(channel);
              channel.start(); // only now, so that RLPx sees the first byte
              opening.whenComplete(
                  (connection, failure) -> {
                    if (failure != null) {
                      stream.close("no session: " + failure.getMessage());
                      adopted.completeExceptionally(failure);
                    } else {
                      loop.execute(() -> admit(connection, relay, adopted));
                    }
                  });
            });
    return adopted;
  }

  private void admit(RlpxConnection connection, PublicKey relay, CompletableFuture<Peer> adopted) {
    Optional<Session> session = peers.add(connection, Optional.of(relay), Optional.empty());
    if (session.isPresent()) {
      adopted.complete(session.get());
    } else {
      adopted.completeExceptionally(new DialException("its place was gone when it connected"));
    }
  }
}
