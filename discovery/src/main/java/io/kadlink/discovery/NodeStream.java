package io.kadlink.discovery;

import io.kadlink.discovery.lookup.LookupResult;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The table and lookups of random targets as one stream. A pull is served from the buffer, then
 * from the table, then by lookups, one after the other while it waits; they slow down while they
 * find nothing new. A node that gets proven meanwhile is handed out at once.
 *
 * <p>A node that can't be dialed is of use only through a relay that its record names, so its
 * record is fetched anew before it is handed out.
 */
final class NodeStream implements NodeSource, LocalDiscovery.NodeWatcher {
  /** A node handed out is not handed out again for this long. */
  static final Duration REPEAT_AFTER = Duration.ofSeconds(30);

  /** Nodes found and not pulled yet; the oldest go first when there are more. */
  private static final int MAX_BUFFERED = 256;

  /** Nodes remembered as handed out. */
  private static final int MAX_REMEMBERED = 4_096;

  private static final Duration FIRST_LOOKUP_WAIT = Duration.ofMillis(500);
  private static final Duration MAX_LOOKUP_WAIT = Duration.ofSeconds(10);

  private record Pull(int max, CompletableFuture<List<Node>> answer) {}

  private final LocalDiscovery discovery;
  private final Loop loop;
  private final Deque<Contact> buffer = new ArrayDeque<>();
  private final Map<NodeId, Long> handedOut = new HashMap<>();
  private Duration lookupWait = FIRST_LOOKUP_WAIT;
  private @Nullable Pull waiting;
  private boolean watching;
  private Loop.@Nullable Timer timer;
  private boolean lookingUp;
  private boolean closed;

  NodeStream(LocalDiscovery discovery) {
    this.discovery = discovery;
    this.loop = discovery.loop();
  }

  @Override
  public CompletionStage<List<Node>> pull(int max) {
    if (max < 1) {
      throw new IllegalArgumentException("a pull asks for at least one node, not " + max);
    }
    CompletableFuture<List<Node>> answer = new CompletableFuture<>();
    loop.execute(() -> start(new Pull(max, answer)));
    return answer;
  }

  @Override
  public void close() {
    loop.execute(
        () -> {
          discovery.unwatch(this);
          closed();
        });
  }

  @Override
  public void proven(Contact contact) {
    found(List.of(contact));
  }

  /** With the new record it may be reachable where it was not: worth handing out again. */
  @Override
  public void updated(Contact contact) {
    if (handedOut.containsKey(contact.id())) {
      handedOut.put(contact.id(), loop.nanoTime());
      buffer.removeIf(buffered -> buffered.id().equals(contact.id()));
      buffer(contact);
      serve();
    }
  }

  private void start(Pull pull) {
    if (closed) {
      pull.answer().complete(List.of());
      return;
    }
    if (waiting != null) {
      pull.answer().completeExceptionally(new IllegalStateException("one pull at a time"));
      return;
    }
    waiting = pull;
    if (!watching) {
      watching = true;
      discovery.watch(this);
    }
    if (closed) {
      return; // by watch, because discovery is
    }
    lookupWait = FIRST_LOOKUP_WAIT;
    found(discovery.table().proven());
    if (waiting != null) {
      lookUp();
    }
  }

  @Override
  public void closed() {
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
    Pull pull = waiting;
    waiting = null;
    if (pull != null) {
      pull.answer().complete(List.of());
    }
  }

  /** Takes in nodes that were not handed out lately; whether there was any. */
  private boolean found(List<Contact> contacts) {
    boolean any = false;
    for (Contact contact : contacts) {
      if (isNew(contact.id())) {
        any = true;
        handedOut.put(contact.id(), loop.nanoTime());
        if (contact.tcpPort() == 0) {
          fetchRecord(contact);
        } else {
          buffer(contact);
        }
      }
    }
    forgetOld();
    serve();
    return any;
  }

  private void fetchRecord(Contact contact) {
    discovery.requestRecord(
        contact,
        record -> {
          Optional<Contact> complete =
              record.map(contact::withRecord).or(() -> Optional.of(contact));
          complete.filter(node -> node.record().isPresent()).ifPresent(this::buffer);
          serve();
        });
  }

  private void buffer(Contact contact) {
    buffer.addLast(contact);
    if (buffer.size() > MAX_BUFFERED) {
      handedOut.remove(buffer.removeFirst().id());
    }
  }

  private void serve() {
    Pull pull = waiting;
    if (pull == null || buffer.isEmpty()) {
      return;
    }
    waiting = null;
    List<Node> nodes = new ArrayList<>();
    while (nodes.size() < pull.max() && !buffer.isEmpty()) {
      nodes.add(DiscoveryService.node(buffer.removeFirst()));
    }
    pull.answer().complete(nodes);
  }

  private void lookUp() {
    if (lookingUp || timer != null || closed) {
      return;
    }
    lookingUp = true;
    discovery.lookups().random(this::lookedUp);
  }

  private void lookedUp(LookupResult result) {
    lookingUp = false;
    if (closed) {
      return;
    }
    boolean any = found(result.answered());
    any |= found(discovery.table().proven());
    if (waiting == null) {
      return;
    }
    lookupWait = any ? FIRST_LOOKUP_WAIT : min(lookupWait.multipliedBy(2), MAX_LOOKUP_WAIT);
    timer =
        loop.schedule(
            lookupWait,
            () -> {
              timer = null;
              if (waiting != null) {
                lookUp();
              }
            });
  }

  private boolean isNew(NodeId id) {
    Long since = handedOut.get(id);
    return since == null || loop.nanoTime() - since >= REPEAT_AFTER.toNanos();
  }

  private void forgetOld() {
    if (handedOut.size() > MAX_REMEMBERED) {
      handedOut.keySet().removeIf(this::isNew);
    }
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
