package io.kadlink.discovery;

import io.kadlink.discovery.lookup.DiscoveryProtocol;
import io.kadlink.discovery.lookup.Target;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.identity.NodeKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A bond or session, and a question of each kind, between two nodes that exist for that moment,
 * without a socket. In a fresh JVM the first packets take longer than other nodes wait for an
 * answer, mostly to load classes; after this, that is done.
 */
final class Rehearsal {
  private final Loop loop;
  private final Set<DiscoveryVersion> versions;
  private final Actor asker;
  private final Actor answerer;
  private final Runnable done;

  private Rehearsal(Loop loop, Set<DiscoveryVersion> versions, Runnable done) {
    this.loop = loop;
    this.versions = versions;
    this.done = done;
    this.asker = new Actor(30_301);
    this.answerer = new Actor(30_302);
    asker.other = answerer;
    answerer.other = asker;
  }

  /** Plays it through, then runs {@code done} on the loop, whatever came of it. */
  static void play(Loop loop, Set<DiscoveryVersion> versions, Runnable done) {
    loop.assertInLoop();
    Rehearsal rehearsal = new Rehearsal(loop, versions, done);
    rehearsal.play(rehearsal.asker.discovery.overlays().iterator());
  }

  private void play(Iterator<Overlay> overlays) {
    if (!overlays.hasNext()) {
      talk();
      return;
    }
    DiscoveryProtocol protocol = overlays.next().protocol();
    Contact other = answerer.contact;
    protocol.requestRecord(
        other,
        record ->
            protocol.findNode(
                other,
                Target.of(other.publicKey()),
                nodes -> protocol.ping(other, pong -> play(overlays))));
  }

  private void talk() {
    asker
        .discovery
        .v5()
        .ifPresentOrElse(
            v5 -> v5.talk(answerer.contact, "", Bytes.EMPTY, response -> end()), this::end);
  }

  private void end() {
    asker.discovery.close();
    answerer.discovery.close();
    done.run();
  }

  private final class Actor implements Transport {
    final Contact contact;
    final LocalDiscovery discovery;
    @Nullable Actor other;

    Actor(int port) {
      InetAddress address = InetAddress.getLoopbackAddress();
      LocalNode local =
          new LocalNode(loop, NodeKey.generate(), List.of(address), port, 0, Optional.empty());
      this.contact = Contact.of(local.record(), new InetSocketAddress(address, port));
      this.discovery =
          new LocalDiscovery(
              loop,
              local,
              this,
              new Random(), // its secrets live as long as the play
              new SimpleMeterRegistry(),
              DiscoverySettings.defaults().withVersions(versions),
              Optional.empty());
    }

    @Override
    public InetSocketAddress localAddress() {
      return contact.udp();
    }

    @Override
    public void send(InetSocketAddress to, byte[] datagram) {
      Actor receiver = other;
      if (receiver != null) {
        loop.execute(() -> receiver.discovery.received(contact.udp(), datagram));
      }
    }

    @Override
    public CompletionStage<Void> close() {
      return CompletableFuture.completedFuture(null);
    }
  }
}
