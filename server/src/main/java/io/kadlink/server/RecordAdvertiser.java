package io.kadlink.server;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.KnownEndpoint;
import io.kadlink.identity.NodeRecord;
import io.kadlink.server.nat.Advertiser;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the endpoint that a router or a server gave into the node record: by way of discovery, which
 * has an opinion of its own, or directly where there is none.
 *
 * @param tcpPort the own one, 0 without a listener
 */
record RecordAdvertiser(LocalRecord record, int tcpPort) implements Advertiser {
  private static final Logger LOG = LoggerFactory.getLogger(RecordAdvertiser.class);

  @Override
  public void advertise(KnownEndpoint endpoint) {
    Optional<Discovery> discovery = record.discovery();
    watch(
        discovery.isPresent()
            ? discovery.get().pinEndpoint(endpoint)
            : place(endpoint.address(), endpoint.tcpPort().orElse(tcpPort)));
  }

  @Override
  public void withdraw(InetAddress address) {
    Optional<Discovery> discovery = record.discovery();
    watch(discovery.isPresent() ? discovery.get().unpinEndpoint(address) : place(address, tcpPort));
  }

  private CompletionStage<NodeRecord> place(InetAddress address, int port) {
    return record.update(builder -> builder.endpoint(address, port, 0));
  }

  private static void watch(CompletionStage<NodeRecord> change) {
    change.whenComplete(
        (changed, failure) -> {
          if (failure != null) {
            LOG.debug("the record could not be changed", failure);
          }
        });
  }
}
