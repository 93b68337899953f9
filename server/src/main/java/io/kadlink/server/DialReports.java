package io.kadlink.server;

import io.kadlink.discovery.NodeMemory;
import io.kadlink.server.dial.DialTarget;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how dials end: the metrics, the log, whoever listens to events, and the node database.
 * Confined to the server's loop.
 */
final class DialReports {
  private static final Logger LOG = LoggerFactory.getLogger(DialReports.class);

  private final ServerMetrics metrics;
  private final Events events;
  private @Nullable NodeMemory memory;

  DialReports(ServerMetrics metrics, Events events) {
    this.metrics = metrics;
    this.events = events;
  }

  /** From now on notes outcomes there, too. */
  void rememberIn(NodeMemory database) {
    memory = database;
  }

  /** From now on a failure is our own doing, and not held against anybody. */
  void stop() {
    memory = null;
  }

  void succeeded(DialTarget target, String outcome) {
    metrics.dial(outcome);
    if (memory != null) {
      memory.dialed(target.id(), true);
    }
  }

  void failed(DialTarget target, String outcome, String why) {
    metrics.dial(outcome);
    LOG.debug("dial to {} failed: {}", target, why);
    if (memory != null) {
      memory.dialed(target.id(), false);
    }
    events.tell(
        new ServerEvent.DialFailed(
            target.publicKey(),
            InetSocketAddress.createUnresolved(target.host(), target.tcpPort()),
            why));
  }
}
