package io.kadlink.cli.rpc;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket connection: its answers, and what it subscribed to. Everything leaves through one
 * bounded queue and one thread that may wait for the socket; who reads too slowly is cut off, so
 * that it costs no memory. Thread-safe.
 */
final class Subscriber implements AutoCloseable {
  /** Subscriptions of one connection: each costs a listener on the node's loops. */
  static final int MAX_SUBSCRIPTIONS = 64;

  /** Messages that wait for the socket: some seconds of a busy node. */
  static final int MAX_WAITING = 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Subscriber.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final RandomGenerator IDS = new SecureRandom();

  private final Line line;
  private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final Map<String, AutoCloseable> subscriptions = new LinkedHashMap<>();
  private final Thread sender;
  private volatile boolean closed;

  /** The connection underneath. */
  interface Line {
    /** Blocks until the socket has taken it. */
    void send(String text) throws Exception;

    void cut(String why);
  }

  Subscriber(Line line) {
    this.line = line;
    this.sender = Thread.ofVirtual().name("kadlink-rpc-socket").start(this::sendAll);
  }

  /** Sends after all that waits. */
  void send(String text) {
    if (!closed && !waiting.offer(text)) {
      LOG.warn("a JSON-RPC client reads too slowly: {} messages wait for it", MAX_WAITING);
      close();
      line.cut("it reads too slowly");
    }
  }

  /**
   * Subscribes; notifications come as {@code namespace_subscription}.
   *
   * @return the subscription's id
   */
  String subscribe(String namespace, Feed feed, Params params) throws RpcError {
    String id = "0x" + HexFormat.of().toHexDigits(IDS.nextLong());
    synchronized (subscriptions) {
      if (closed || subscriptions.size() >= MAX_SUBSCRIPTIONS) {
        throw RpcError.failed("a connection has at most " + MAX_SUBSCRIPTIONS + " subscriptions");
      }
      subscriptions.put(id, feed.follow(params, event -> send(notification(namespace, id, event))));
    }
    return id;
  }

  /** Ends a subscription; false when there is none of this id. */
  boolean unsubscribe(String id) {
    AutoCloseable subscription;
    synchronized (subscriptions) {
      subscription = subscriptions.remove(id);
    }
    if (subscription != null) {
      end(subscription);
    }
    return subscription != null;
  }

  @Override
  public void close() {
    List<AutoCloseable> all;
    synchronized (subscriptions) {
      closed = true;
      all = new ArrayList<>(subscriptions.values());
      subscriptions.clear();
    }
    all.forEach(Subscriber::end);
    sender.interrupt();
  }

  private static void end(AutoCloseable subscription) {
    try {
      subscription.close();
    } catch (Exception e) {
      LOG.warn("a subscription did not end cleanly", e);
    }
  }

  private static String notification(String namespace, String id, Object event) {
    ObjectNode text = MAPPER.createObjectNode();
    text.put("jsonrpc", "2.0");
    text.put("method", namespace + "_subscription");
    ObjectNode params = text.putObject("params");
    params.put("subscription", id);
    params.set("result", MAPPER.valueToTree(event));
    return text.toString();
  }

  private void sendAll() {
    try {
      while (!closed) {
        line.send(waiting.take());
      }
    } catch (InterruptedException e) {
      // closed
    } catch (Exception e) {
      LOG.debug("a JSON-RPC client went away", e);
      close();
    }
  }
}
