package io.kadlink.protocols.pubsub;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.protocols.pubsub.wire.Limits;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.PubSubCodec;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.ProtocolContext;
import io.kadlink.server.reputation.Behaviour;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Publish and subscribe, capability {@code pubsub/1} (docs/protocols/pubsub.md).
 *
 * <pre>{@code
 * var pubSub = new PubSub(PubSubOptions.defaults());
 * var server = Server.builder(key).protocol(pubSub.protocol())...
 * Topic topic = pubSub.topic(1, "weather");
 * pubSub.subscribe(topic, message -> System.out.println(message.payload()));
 * pubSub.publish(topic, Bytes.wrap("rain".getBytes(UTF_8)));
 * }</pre>
 *
 * <p>Each subscriber gets each message once, in no particular order, its own node's publications
 * included. Publications are signed with the node's key. One instance serves one server. All
 * methods may be called from any thread, also before the server starts; subscribers and validators
 * are called on the protocol's loop and must not block.
 */
public final class PubSub {
  /** Publications on their way to the loop; a publisher that outruns it is told. */
  static final int MAX_PENDING_PUBLICATIONS = 1_024;

  /** What exists once the server has started. */
  private record Running(ProtocolContext context, Router router) {}

  private final PubSubOptions options;
  private final PubSubProtocol protocol = new PubSubProtocol();

  /** What the router is to do, in the order of the calls; waits here until the server starts. */
  private final Queue<Consumer<Router>> commands = new ConcurrentLinkedQueue<>();

  private final Map<Topic, Integer> subscribed = new ConcurrentHashMap<>();
  private final AtomicInteger pendingPublications = new AtomicInteger();
  private final AtomicLong lastSequence = new AtomicLong();
  private volatile @Nullable Running running;
  private volatile boolean stopped;

  public PubSub(PubSubOptions options) {
    this.options = options;
  }

  /** What the server is given; always the same. */
  public Protocol protocol() {
    return protocol;
  }

  /**
   * A topic.
   *
   * @param chainId EIP-155 chain id, unsigned
   * @param name 1 to {@value Limits#MAX_TOPIC_NAME_BYTES} printable ASCII characters, no space
   * @throws IllegalArgumentException when the name is not that
   */
  public Topic topic(long chainId, String name) {
    return new Topic(chainId, name);
  }

  /**
   * Calls {@code consumer} with each message of {@code topic} from now on, on the protocol's loop.
   *
   * @throws IllegalStateException when there are subscriptions to {@value
   *     Limits#MAX_SUBSCRIPTIONS_PER_PEER} other topics
   */
  public Subscription subscribe(Topic topic, Consumer<Message> consumer) {
    if (subscribed.merge(topic, 1, Integer::sum) == 1
        && subscribed.size() > Limits.MAX_SUBSCRIPTIONS_PER_PEER) {
      release(topic);
      throw new IllegalStateException(
          "at most " + Limits.MAX_SUBSCRIPTIONS_PER_PEER + " topics can be subscribed to");
    }
    AtomicBoolean open = new AtomicBoolean(true);
    Consumer<Message> whileOpen =
        message -> {
          if (open.get()) {
            consumer.accept(message);
          }
        };
    execute(router -> router.subscribe(topic, whileOpen));
    return new Subscription() {
      @Override
      public Topic topic() {
        return topic;
      }

      @Override
      public void close() {
        if (open.getAndSet(false)) {
          execute(router -> router.unsubscribe(topic, whileOpen));
          release(topic);
        }
      }
    };
  }

  private void release(Topic topic) {
    subscribed.computeIfPresent(topic, (t, count) -> count > 1 ? count - 1 : null);
  }

  /**
   * Signs and publishes a message. A subscription to the topic is not needed.
   *
   * @param payload 0 to {@value Limits#MAX_PAYLOAD_BYTES} bytes
   * @return completes when it is sent, also when there is no peer to send it to; fails with {@link
   *     PublishException} when the server is not running, {@value #MAX_PENDING_PUBLICATIONS}
   *     publications wait already, or the topic's validator does not accept it
   * @throws IllegalArgumentException when the payload is too large
   */
  public CompletionStage<Published> publish(Topic topic, Bytes payload) {
    if (payload.size() > Limits.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "a payload has at most "
              + Limits.MAX_PAYLOAD_BYTES
              + " bytes, this one has "
              + payload.size());
    }
    Running current = running;
    if (current == null || stopped) {
      return CompletableFuture.failedFuture(new PublishException("the server is not running"));
    }
    if (pendingPublications.incrementAndGet() > MAX_PENDING_PUBLICATIONS) {
      pendingPublications.decrementAndGet();
      return CompletableFuture.failedFuture(
          new PublishException(MAX_PENDING_PUBLICATIONS + " publications wait already"));
    }
    // Signed here, on the caller's thread: a curve operation less for the loop.
    long micros = Propagation.micros(current.context().clock().instant());
    long sequence = lastSequence.updateAndGet(last -> Math.max(last + 1, micros));
    Message message = Message.sign(current.context().signer(), topic, sequence, payload);
    CompletableFuture<Published> done = new CompletableFuture<>();
    execute(
        router -> {
          pendingPublications.decrementAndGet();
          router.publish(message, done);
        });
    return done;
  }

  /** Judges messages of {@code topic} from now on, own ones too; replaces an earlier validator. */
  public void validator(Topic topic, Validator validator) {
    execute(router -> router.validator(topic, validator));
  }

  /** The topics with an open subscription here; a snapshot in no particular order. */
  public Set<Topic> topics() {
    return Set.copyOf(subscribed.keySet());
  }

  /**
   * Who gets messages of {@code topic} from us in full; empty without a subscription. Answered once
   * the server has started.
   */
  public CompletionStage<List<NodeId>> mesh(Topic topic) {
    return ask(router -> router.meshOf(topic));
  }

  /** The connected peers that are subscribed to {@code topic}; answered as {@link #mesh} is. */
  public CompletionStage<List<NodeId>> peers(Topic topic) {
    return ask(router -> router.subscribersOf(topic));
  }

  private <T> CompletionStage<T> ask(Function<Router, T> question) {
    if (stopped) {
      return CompletableFuture.failedFuture(new IllegalStateException("the server has stopped"));
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    execute(router -> answer.complete(question.apply(router)));
    return answer;
  }

  private void execute(Consumer<Router> command) {
    if (stopped) {
      return;
    }
    commands.add(command);
    Running current = running;
    if (current != null) {
      current.context().loop().execute(() -> work(current));
    }
  }

  /** On the loop: works off what is waiting. */
  private void work(Running current) {
    for (Consumer<Router> next = commands.poll(); next != null; next = commands.poll()) {
      next.accept(current.router());
    }
  }

  /** What the server sees. Confined to the protocol's loop. */
  private final class PubSubProtocol implements Protocol {
    private final Map<Peer, Link> links = new HashMap<>();
    private Loop.@Nullable Timer heartbeat;

    @Override
    public String name() {
      return "pubsub";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public int messageCount() {
      return PubSubCodec.MESSAGE_CODES;
    }

    @Override
    public Priority priority(int code) {
      return PubSubCodec.priority(code);
    }

    @Override
    public String messageName(int code) {
      return PubSubCodec.name(code);
    }

    @Override
    public void start(ProtocolContext context) {
      Router router =
          new Router(
              context.signer().publicKey().id(),
              options,
              context.loop(),
              context.clock(),
              context.random(),
              new PubSubMetrics(context.metrics()),
              Message::isAuthentic);
      Running started = new Running(context, router);
      running = started;
      work(started);
      // Nodes started together should not all beat together.
      Duration first =
          Duration.ofNanos(context.random().nextLong(options.heartbeat().toNanos()) + 1);
      heartbeat =
          context
              .loop()
              .schedule(
                  first,
                  () -> {
                    heartbeat = context.loop().repeat(options.heartbeat(), router::heartbeat);
                    router.heartbeat();
                  });
    }

    @Override
    public void connected(Peer peer) {
      Outlet session =
          new Outlet() {
            @Override
            public boolean send(int code, Bytes payload) {
              return peer.send(PubSubProtocol.this, code, payload);
            }

            @Override
            public void report(Behaviour behaviour, String detail) {
              peer.report(behaviour, detail);
            }

            @Override
            public void disconnect(DisconnectReason reason) {
              var unused = peer.disconnect(reason);
            }
          };
      links.put(peer, router().connected(peer.id(), !peer.inbound(), session));
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) throws ProtocolViolation {
      Link link = links.get(peer);
      if (link != null) {
        router().received(link, code, payload);
      }
    }

    @Override
    public void disconnected(Peer peer, DisconnectReason reason) {
      Link link = links.remove(peer);
      if (link != null) {
        router().disconnected(link);
      }
    }

    @Override
    public void stop() {
      if (heartbeat != null) {
        heartbeat.cancel();
      }
      stopped = true;
    }

    private Router router() {
      Running current = running;
      if (current == null) {
        throw new IllegalStateException("pubsub is not started");
      }
      return current.router();
    }
  }
}
