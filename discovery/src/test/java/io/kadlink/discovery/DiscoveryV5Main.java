package io.kadlink.discovery;

import io.kadlink.discovery.loop.NettyLoop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.LoopbackNodes;
import io.kadlink.discovery.testing.V5Node;
import io.kadlink.discovery.udp.NettyTransport;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;

/**
 * Discovery v5 alone, for conformance tools and other implementations: {@code DiscoveryV5Main PORT
 * [ENR...]} prints its record, asks each given node everything there is to ask, prints what came,
 * and answers until it is stopped. It knows the talk protocol {@code echo}.
 */
public final class DiscoveryV5Main {
  private DiscoveryV5Main() {}

  public static void main(String[] args) {
    EventLoop eventLoop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next();
    NettyLoop loop = new NettyLoop(eventLoop, InstantSource.system());
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 0;
    AtomicReference<V5Node> target = new AtomicReference<>();
    NettyTransport transport =
        LoopbackNodes.get(
            NettyTransport.bind(
                eventLoop,
                new InetSocketAddress("127.0.0.1", port),
                (from, datagram) -> {
                  V5Node node = target.get();
                  if (node != null) {
                    node.received(from, datagram);
                  }
                },
                new SimpleMeterRegistry()));
    V5Node node =
        new V5Node(
            loop, NodeKey.generate(), transport, transport.localAddress(), new SecureRandom());
    loop.execute(
        () -> node.v5.registerTalk("echo", (from, request, response) -> response.accept(request)));
    target.set(node);
    System.out.println(node.local.record());
    List.of(args).stream()
        .skip(1)
        .map(NodeRecord::parse)
        .forEach(record -> ask(loop, node, record));
  }

  private static void ask(NettyLoop loop, V5Node node, NodeRecord record) {
    Contact contact =
        Contact.of(record.publicKey(), record.udpEndpoint().orElseThrow(), 0).withRecord(record);
    Bytes hello = Bytes.wrap("hello".getBytes(StandardCharsets.US_ASCII));
    Asking asking = new Asking(loop);
    asking.step(next -> node.v5.ping(contact, asking.tell("ping", next)));
    asking.step(next -> node.v5.requestRecord(contact, asking.tell("record", next)));
    asking.step(
        next ->
            node.v5.findNodeAt(
                contact, List.of(0, 256, 255, 254, 253), asking.tell("nodes", next)));
    asking.step(next -> node.v5.talk(contact, "echo", hello, asking.tell("talk echo", next)));
    asking.step(next -> node.v5.talk(contact, "other", hello, asking.tell("talk other", next)));
    asking.step(next -> asking.tell("in the table", next).accept(node.table.proven()));
  }

  /** One question after the other. */
  private record Asking(NettyLoop loop) {
    void step(Consumer<Runnable> question) {
      CompletableFuture<Boolean> done = new CompletableFuture<>();
      loop.execute(() -> question.accept(() -> done.complete(true)));
      LoopbackNodes.get(done);
    }

    <T> Consumer<T> tell(String name, Runnable next) {
      return answer -> {
        System.out.println(name + ": " + answer);
        next.run();
      };
    }
  }
}
