package io.kadlink.discovery;

import com.google.common.collect.Comparators;
import io.kadlink.discovery.lookup.LookupResult;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.TableListener;
import io.kadlink.identity.NodeId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The table and random lookups of one overlay as a stream. A pull is served from the buffer, then
 * from the table, then by lookups, a few at a time for as long as they find anyone new; then they
 * get rarer. A node that gets proven meanwhile is handed out at once.
 *
 * <p>A node that can't be dialed is of use only through a relay that its record names: it is handed
 * out once its record is known.
 */
final class NodeStream implements NodeSource {
  /** A node handed out is not handed out again for this long. */
  static final Duration REPEAT_AFTER = Duration.ofSeconds(30);

  /** Lookups under way for a waiting pull. Each spends most of its time waiting for answers. */
  static final int LOOKUPS_AT_A_TIME = 3;

  /** Nodes found and not pulled yet; the oldest go first when there are more. */
  private static final int MAX_BUFFERED = 256;

  /** Nodes remembered as handed out. */
  private static final int MAX_REMEMBERED = 4_096;

  private static final Duration FIRST_LOOKUP_WAIT = Duration.ofMillis(500);
  private static final Duration MAX_LOOKUP_WAIT = Duration.ofSeconds(10);

  private final Overlay overlay;
  private final Loop loop;
  private final TableListener arrivals = new Arrivals();
  private final Deque<Contact> buffer = new ArrayDeque<>();
  private final Map<NodeId, Long> handedOut = new HashMap<>();
  private Duration lookupWait = FIRST_LOOKUP_WAIT;
  private final Pulls pulls;
  private boolean watching;
  private Loop.@Nullable Timer timer;
  private int lookingUp;

  NodeStream(Loop loop, Overlay overlay) {
    this.loop = loop;
    this.overlay = overlay;
    this.pulls = new Pulls(loop, this::wanted);
  }

  @Override
  public CompletionStage<List<Node>> pull(int max) {
    return pulls.pull(max);
  }

  @Override
  public void close() {
    loop.execute(this::end);
  }

  private final class Arrivals implements TableListener {
    @Override
    public void proven(Contact contact) {
      found(List.of(contact));
    }

    /** With the new record it may be reachable where it was not: worth handing out again. */
    @Override
    public void updated(Contact before, Contact after) {
      if (!isOfUse(before)) {
        found(List.of(after));
      } else if (before.record().isPresent() && handedOut.containsKey(after.id())) {
        handedOut.put(after.id(), loop.nanoTime());
        buffer.removeIf(buffered -> buffered.id().equals(after.id()));
        buffer(after);
        serve();
      }
    }
  }

  private static boolean isOfUse(Contact contact) {
    return contact.tcpPort() != 0 || contact.record().isPresent();
  }

  private void wanted() {
    if (!watching) {
      watching = true;
      overlay.watch(arrivals);
    }
    lookupWait = FIRST_LOOKUP_WAIT;
    found(overlay.table().proven());
    lookUp();
  }

  private void end() {
    overlay.unwatch(arrivals);
    if (timer != null) {
      timer.cancel();
    }
    pulls.end();
  }

  /** Takes in nodes that were not handed out lately; whether there was any. */
  private boolean found(List<Contact> contacts) {
    boolean any = false;
    for (Contact contact : contacts) {
      if (isOfUse(contact) && isNew(contact.id())) {
        any = true;
        handedOut.put(contact.id(), loop.nanoTime());
        buffer(contact);
      }
    }
    forgetOld();
    serve();
    return any;
  }

  private void buffer(Contact contact) {
    buffer.addLast(contact);
    if (buffer.size() > MAX_BUFFERED) {
      handedOut.remove(buffer.removeFirst().id());
    }
  }

  private void serve() {
    List<Node> nodes = new ArrayList<>();
    while (nodes.size() < pulls.wanted() && !buffer.isEmpty()) {
      nodes.add(DiscoveryService.node(buffer.removeFirst()));
    }
    pulls.serve(nodes);
  }

  private void lookUp() {
    while (pulls.wanted() > 0 && timer == null && lookingUp < LOOKUPS_AT_A_TIME) {
      lookingUp++;
      // A lookup without anyone to ask ends at once, and must not be started again at once.
      overlay.lookups().random(result -> loop.execute(() -> lookedUp(result)));
    }
  }

  private void lookedUp(LookupResult result) {
    lookingUp--;
    if (pulls.hasEnded()) {
      return;
    }
    boolean any = found(result.answered());
    any |= found(overlay.table().proven());
    if (pulls.wanted() == 0) {
      return;
    }
    if (any) {
      lookupWait = FIRST_LOOKUP_WAIT;
      lookUp();
    } else if (timer == null && lookingUp == 0) {
      timer = loop.schedule(lookupWait, this::lookAgain);
      lookupWait = Comparators.min(lookupWait.multipliedBy(2), MAX_LOOKUP_WAIT);
    }
  }

  private void lookAgain() {
    timer = null;
    lookUp();
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
}
