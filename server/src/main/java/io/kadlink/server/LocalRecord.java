package io.kadlink.server;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.Signer;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * This node's record: kept here until discovery runs, by discovery from then on. Changes made
 * before are made again there. Changed on the server's loop, read anywhere.
 */
final class LocalRecord {
  private final Loop loop;
  private final Signer signer;
  private final List<UnaryOperator<NodeRecord.Builder>> early = new ArrayList<>();
  private volatile NodeRecord own;
  private volatile @Nullable Discovery discovery;

  /** The sequence number starts at the time, so that it rises over restarts. */
  LocalRecord(Loop loop, Signer signer, InstantSource clock) {
    this.loop = loop;
    this.signer = signer;
    this.own = NodeRecord.builder().seq(clock.millis()).sign(signer);
  }

  NodeRecord current() {
    Discovery owner = discovery;
    return owner == null ? own : owner.localRecord();
  }

  /** Where this node is reached, when there is no discovery to know it. */
  CompletionStage<NodeRecord> endpoint(InetAddress address, int tcpPort, int udpPort) {
    return onLoop(
        () -> {
          own = own.toBuilder().endpoint(address, tcpPort, udpPort).sign(signer);
          return CompletableFuture.completedFuture(own);
        });
  }

  /** All that was put into the record so far. */
  CompletionStage<UnaryOperator<NodeRecord.Builder>> entries() {
    return CompletableFuture.supplyAsync(
        () -> {
          List<UnaryOperator<NodeRecord.Builder>> changes = List.copyOf(early);
          return builder -> {
            NodeRecord.Builder changed = builder;
            for (UnaryOperator<NodeRecord.Builder> change : changes) {
              changed = change.apply(changed);
            }
            return changed;
          };
        },
        loop);
  }

  /** From here on discovery keeps the record, with all that was put into it so far. */
  CompletionStage<NodeRecord> handTo(Discovery owner) {
    return onLoop(
        () -> {
          discovery = owner;
          CompletionStage<NodeRecord> done = CompletableFuture.completedFuture(owner.localRecord());
          for (UnaryOperator<NodeRecord.Builder> change : early) {
            done = done.thenCompose(ignored -> owner.updateRecord(change));
          }
          early.clear();
          return done;
        });
  }

  CompletionStage<NodeRecord> update(UnaryOperator<NodeRecord.Builder> change) {
    return onLoop(
        () -> {
          Discovery owner = discovery;
          if (owner != null) {
            return owner.updateRecord(change);
          }
          NodeRecord changed = change.apply(own.toBuilder()).seq(own.seq() + 1).sign(signer);
          if (!changed.entries().equals(own.entries())) {
            own = changed;
          }
          early.add(change);
          return CompletableFuture.completedFuture(own);
        });
  }

  private CompletionStage<NodeRecord> onLoop(
      java.util.function.Supplier<CompletionStage<NodeRecord>> task) {
    return CompletableFuture.supplyAsync(task, loop).thenCompose(stage -> stage);
  }

  Optional<Discovery> discovery() {
    return Optional.ofNullable(discovery);
  }
}
