package io.kadlink.cli.rpc;

import io.kadlink.identity.NodeId;
import io.kadlink.protocols.pubsub.PubSub;
import io.kadlink.protocols.pubsub.Published;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code kadlink_subscribe}, {@code kadlink_publish}, {@code kadlink_messages}, {@code
 * kadlink_topic}: pubsub on this node's chain, for people and test networks.
 */
public final class PubSubApi {
  /** Latest messages kept for each topic; older ones are forgotten. */
  static final int MAX_KEPT = 10_000;

  /** The latest messages of one topic. Written on the protocol's loop, read by RPC threads. */
  private static final class Inbox {
    private final Deque<Message> messages = new ArrayDeque<>();

    synchronized void add(Message message) {
      if (messages.size() == MAX_KEPT) {
        messages.removeFirst();
      }
      messages.addLast(message);
    }

    synchronized List<Message> all() {
      return new ArrayList<>(messages);
    }
  }

  private final PubSub pubSub;
  private final long chainId;
  private final Map<Topic, Inbox> inboxes = new ConcurrentHashMap<>();
  private final AtomicLong received = new AtomicLong();

  public PubSubApi(PubSub pubSub, long chainId) {
    this.pubSub = pubSub;
    this.chainId = chainId;
  }

  public void addTo(RpcMethods methods) {
    methods
        .add("kadlink_subscribe", this::subscribe)
        .add("kadlink_publish", this::publish)
        .add("kadlink_messages", this::messages)
        .add("kadlink_topic", this::topicState);
  }

  /** Messages delivered to subscriptions made here, since the start. */
  long received() {
    return received.get();
  }

  private boolean subscribe(Params params) throws RpcError {
    Topic topic = topic(params);
    inboxes.computeIfAbsent(
        topic,
        wanted -> {
          Inbox inbox = new Inbox();
          pubSub.subscribe(
              wanted,
              message -> {
                inbox.add(message);
                received.incrementAndGet();
              });
          return inbox;
        });
    return true;
  }

  private String publish(Params params) throws Exception {
    Published published = await(pubSub.publish(topic(params), params.bytes(1)));
    return published.id().toString();
  }

  private List<Map<String, Object>> messages(Params params) throws RpcError {
    Topic topic = topic(params);
    Inbox inbox = inboxes.get(topic);
    if (inbox == null) {
      throw RpcError.failed(topic.name() + " is not subscribed to; call kadlink_subscribe first");
    }
    List<Map<String, Object>> list = new ArrayList<>();
    for (Message message : inbox.all()) {
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("id", message.id().toString());
      shown.put("publisher", message.publisher().toString());
      shown.put("payload", message.payload().toHexString());
      list.add(shown);
    }
    return list;
  }

  private Map<String, Object> topicState(Params params) throws Exception {
    Topic topic = topic(params);
    return Map.of(
        "mesh", await(pubSub.mesh(topic)).stream().map(NodeId::toString).toList(),
        "peers", await(pubSub.peers(topic)).stream().map(NodeId::toString).toList());
  }

  private Topic topic(Params params) throws RpcError {
    try {
      return pubSub.topic(chainId, params.text(0));
    } catch (IllegalArgumentException e) {
      throw RpcError.invalidParams(String.valueOf(e.getMessage()));
    }
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    try {
      return Answers.await(stage);
    } catch (java.util.concurrent.ExecutionException e) {
      throw RpcError.failed(String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()));
    }
  }
}
