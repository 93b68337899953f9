package io.kadlink.cli;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A discovery v5 node with a fresh key that answers the talk requests of one protocol with the
 * request itself, and logs each. Like every node, it answers those of other protocols with nothing.
 */
final class TalkListener implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TalkListener.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(10);

  private final DiscoveryClient client;

  private TalkListener(DiscoveryClient client) {
    this.client = client;
  }

  /**
   * Listens.
   *
   * @param at the address to bind and to tell others; port 0 takes a free one
   * @throws CommandFailure when that is not possible
   */
  static TalkListener start(String protocol, InetSocketAddress at) {
    DiscoveryClient client = DiscoveryClient.open(Set.of(DiscoveryVersion.V5), at, List.of());
    try {
      Waiting.on(
          client
              .service()
              .answerTalk(
                  protocol,
                  (from, request) -> {
                    log.info("{} bytes from {}: {}", request.size(), from, request);
                    return CompletableFuture.completedFuture(request);
                  }),
          START_LIMIT,
          "The protocol " + protocol + " can't be listened for");
      return new TalkListener(client);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  NodeRecord record() {
    return client.service().localRecord();
  }

  @Override
  public void close() {
    client.close();
  }
}
