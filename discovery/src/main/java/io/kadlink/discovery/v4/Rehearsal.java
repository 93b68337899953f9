package io.kadlink.discovery.v4;

import io.kadlink.discovery.lookup.Target;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.AddressRules;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.table.SignsOfLife;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.table.TableListener;
import io.kadlink.discovery.udp.RateLimit;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.identity.NodeKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A bond and a question of each kind between two nodes that exist for that moment, without a
 * socket. In a fresh JVM the first packets take longer than other nodes wait for an answer, mostly
 * to load classes; after this, that is done.
 */
public final class Rehearsal {
  private final Loop loop;
  private final Actor asker;
  private final Actor answerer;

  private Rehearsal(Loop loop) {
    this.loop = loop;
    this.asker = new Actor(1);
    this.answerer = new Actor(2);
    asker.other = answerer;
    answerer.other = asker;
  }

  /** Plays it through, then runs {@code done} on the loop, whatever came of it. */
  public static void play(Loop loop, Runnable done) {
    loop.assertInLoop();
    Rehearsal rehearsal = new Rehearsal(loop);
    Contact contact = rehearsal.answerer.contact;
    rehearsal.asker.v4.requestRecord(
        contact,
        record ->
            rehearsal.asker.v4.findNode(
                contact,
                Target.of(contact.publicKey()),
                nodes -> {
                  rehearsal.asker.close();
                  rehearsal.answerer.close();
                  done.run();
                }));
  }

  private final class Actor implements Transport {
    final Contact contact;
    final Table table;
    final DiscoveryV4 v4;
    @Nullable Actor other;

    Actor(int port) {
      NodeKey key = NodeKey.generate();
      InetAddress address = InetAddress.getLoopbackAddress();
      LocalNode local = new LocalNode(loop, key, List.of(address), port, 0, Optional.empty());
      this.contact = Contact.of(key.publicKey(), new InetSocketAddress(address, port), 0);
      this.table =
          new Table(
              key.id(),
              loop,
              new Random(), // decides nothing that matters here
              AddressRules.defaults(),
              (node, verdict) -> verdict.accept(true),
              new TableListener() {});
      this.v4 =
          new DiscoveryV4(
              loop,
              local,
              table,
              this,
              new RateLimit(loop),
              new Traffic(new SimpleMeterRegistry()),
              new SignsOfLife() {
                @Override
                public void alive(Contact contact, long enrSeq) {
                  table.addProven(contact);
                }

                @Override
                public void seenAt(Contact by, InetSocketAddress us) {}
              });
    }

    @Override
    public InetSocketAddress localAddress() {
      return contact.udp();
    }

    @Override
    public void send(InetSocketAddress to, byte[] datagram) {
      Actor receiver = other;
      if (receiver != null) {
        loop.execute(() -> receiver.v4.received(contact.udp(), datagram));
      }
    }

    @Override
    public CompletionStage<Void> close() {
      table.close();
      v4.close();
      return CompletableFuture.completedFuture(null);
    }
  }
}
