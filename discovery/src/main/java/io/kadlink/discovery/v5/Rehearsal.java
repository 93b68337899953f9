package io.kadlink.discovery.v5;

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
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A handshake and a question of each kind between two nodes that exist for that moment, without a
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
    DiscoveryV5 asker = rehearsal.asker.v5;
    Contact contact = rehearsal.answerer.contact;
    asker.requestRecord(
        contact,
        record ->
            asker.findNode(
                contact,
                Target.of(contact.publicKey()),
                nodes ->
                    asker.talk(
                        contact,
                        "",
                        Bytes.EMPTY,
                        response ->
                            asker.ping(
                                contact,
                                pong -> {
                                  rehearsal.asker.close();
                                  rehearsal.answerer.close();
                                  done.run();
                                }))));
  }

  private final class Actor implements Transport, SignsOfLife {
    final Contact contact;
    final Table table;
    final DiscoveryV5 v5;
    @Nullable Actor other;

    Actor(int port) {
      NodeKey key = NodeKey.generate();
      InetAddress address = InetAddress.getLoopbackAddress();
      LocalNode local = new LocalNode(loop, key, List.of(address), port, 0, Optional.empty());
      Random random = new Random(); // its secrets live as long as the play
      this.contact = Contact.of(local.record(), new InetSocketAddress(address, port));
      this.table =
          new Table(
              key.id(),
              loop,
              random,
              AddressRules.defaults(),
              (node, verdict) -> verdict.accept(true),
              new TableListener() {});
      this.v5 =
          new DiscoveryV5(
              loop,
              local,
              table,
              this,
              random,
              new RateLimit(loop),
              new Traffic(new SimpleMeterRegistry()),
              this);
    }

    @Override
    public void alive(Contact node, long enrSeq) {
      table.addProven(node);
    }

    @Override
    public void seenAt(Contact by, InetSocketAddress us) {}

    @Override
    public InetSocketAddress localAddress() {
      return contact.udp();
    }

    @Override
    public void send(InetSocketAddress to, byte[] datagram) {
      Actor receiver = other;
      if (receiver != null) {
        loop.execute(() -> receiver.v5.received(contact.udp(), datagram));
      }
    }

    @Override
    public CompletionStage<Void> close() {
      table.close();
      v5.close();
      return CompletableFuture.completedFuture(null);
    }
  }
}
