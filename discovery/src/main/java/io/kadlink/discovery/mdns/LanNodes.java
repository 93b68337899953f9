package io.kadlink.discovery.mdns;

import io.kadlink.discovery.Node;
import io.kadlink.discovery.NodeSource;
import io.kadlink.discovery.Pulls;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.TokenBucket;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes announced on the local network, as a source for a dialer. Whoever is on the network may
 * announce anything: a record is taken only with a valid signature, at a bounded rate, and at most
 * {@value #MAX_NODES} are remembered. That a node is where its record says is for the dialer to
 * find out.
 *
 * <p>Endless: a node that is still announced is handed out again after half a minute. All methods
 * may be called from any thread; all state is on the loop.
 */
public final class LanNodes implements NodeSource {
  private static final Logger log = LoggerFactory.getLogger(LanNodes.class);

  /** Nodes remembered; a household or an office rack has fewer. */
  public static final int MAX_NODES = 256;

  /** Records verified at once after a quiet time, and a second on average after that. */
  static final int VERIFY_BURST = 100;

  static final int VERIFY_PER_SECOND = 10;

  /** A node handed out is not handed out again for this long. */
  static final Duration REPEAT_AFTER = Duration.ofSeconds(30);

  /** What an instance of the service last said. */
  private static final class Heard {
    final String text;
    final NodeRecord record;
    final Node node;
    long handOutFrom;

    Heard(String text, NodeRecord record, Node node, long handOutFrom) {
      this.text = text;
      this.record = record;
      this.node = node;
      this.handOutFrom = handOutFrom;
    }
  }

  private final Loop loop;
  private final NodeId self;
  private final boolean loopback;
  private final Map<DropReason, Counter> dropped = new EnumMap<>(DropReason.class);
  private final Map<String, Heard> heard = new LinkedHashMap<>();
  private final TokenBucket verifications;
  private final Pulls pulls;
  private Loop.@Nullable Timer timer;

  /**
   * A source that knows nobody yet; a {@link LanService} tells it.
   *
   * @param self our own id, which is not handed out
   * @param loopback whether records with loopback addresses count: only when the service itself is
   *     on the loopback interface
   */
  public LanNodes(Loop loop, NodeId self, boolean loopback, MeterRegistry registry) {
    this.loop = loop;
    this.pulls = new Pulls(loop, this::serve);
    this.self = self;
    this.loopback = loopback;
    this.verifications = new TokenBucket(VERIFY_PER_SECOND, VERIFY_BURST, loop.nanoTime());
    for (DropReason reason : DropReason.values()) {
      dropped.put(
          reason,
          Counter.builder("kadlink.discovery.mdns.dropped")
              .description("announcements on the local network not taken")
              .tag("reason", reason.tag())
              .register(registry));
    }
  }

  /** An instance of the service announced this text. */
  void announced(String instance, @Nullable String text) {
    loop.execute(() -> hear(instance, text));
  }

  /** An instance of the service said goodbye, or fell silent. */
  void withdrawn(String instance) {
    loop.execute(() -> heard.remove(instance));
  }

  private void hear(String instance, @Nullable String text) {
    Heard known = heard.get(instance);
    if (pulls.hasEnded() || (known != null && known.text.equals(text))) {
      return;
    }
    if (known == null && heard.size() >= MAX_NODES) {
      drop(DropReason.TOO_MANY, "");
      return;
    }
    if (!verifications.take(loop.nanoTime())) {
      drop(DropReason.RATE_LIMITED, "");
      return;
    }
    NodeRecord record;
    try {
      record = Announcement.decode(text);
    } catch (InvalidRecordException e) {
      drop(DropReason.BAD_RECORD, String.valueOf(e.getMessage()));
      return;
    }
    if (record.id().equals(self) || text == null) {
      return;
    }
    for (Heard other : heard.values()) {
      if (other.record.id().equals(record.id())
          && Long.compareUnsigned(other.record.seq(), record.seq()) >= 0) {
        drop(DropReason.STALE, record.id().shortForm());
        return;
      }
    }
    Optional<Node> node = Node.of(record).filter(it -> mayBeAt(it.udp().getAddress()));
    if (node.isEmpty()) {
      drop(DropReason.NO_ADDRESS, record.id().shortForm());
      return;
    }
    heard.values().removeIf(other -> other.record.id().equals(record.id()));
    heard.put(instance, new Heard(text, record, node.get(), loop.nanoTime()));
    serve();
  }

  private boolean mayBeAt(InetAddress address) {
    return loopback || !address.isLoopbackAddress();
  }

  private void drop(DropReason reason, String detail) {
    Counter counter = dropped.get(reason);
    if (counter != null) {
      counter.increment();
    }
    log.debug("announcement on the local network not taken: {} {}", reason.tag(), detail);
  }

  @Override
  public CompletionStage<List<Node>> pull(int max) {
    return pulls.pull(max);
  }

  private void serve() {
    if (pulls.wanted() == 0) {
      return;
    }
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    long now = loop.nanoTime();
    long soonest = Long.MAX_VALUE;
    List<Node> nodes = new ArrayList<>();
    for (Heard each : heard.values()) {
      if (each.handOutFrom - now > 0) {
        soonest = Math.min(soonest, each.handOutFrom - now);
      } else if (nodes.size() < pulls.wanted()) {
        each.handOutFrom = now + REPEAT_AFTER.toNanos();
        nodes.add(each.node);
      }
    }
    pulls.serve(nodes);
    if (nodes.isEmpty() && soonest < Long.MAX_VALUE) {
      timer = loop.schedule(Duration.ofNanos(soonest), this::serve);
    }
  }

  @Override
  public void close() {
    loop.execute(
        () -> {
          if (timer != null) {
            timer.cancel();
          }
          heard.clear();
          pulls.end();
        });
  }
}
