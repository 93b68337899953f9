package io.kadlink.discovery.mdns;

import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.jmdns.JmDNS;
import javax.jmdns.ServiceEvent;
import javax.jmdns.ServiceInfo;
import javax.jmdns.ServiceListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces our record on one network interface as a service of type {@code
 * _kadlink-enr._udp.local.} and listens to others' announcements. Wraps JmDNS, whose calls block:
 * they run on an executor handed in, its callbacks on threads of its own.
 */
public final class LanService {
  private static final Logger log = LoggerFactory.getLogger(LanService.class);

  private final LanNodes nodes;
  private final Executor blocking;
  private final InetAddress address;
  private @Nullable JmDNS mdns;
  private @Nullable ServiceInfo service;

  private LanService(LanNodes nodes, Executor blocking, InetAddress address) {
    this.nodes = nodes;
    this.blocking = blocking;
    this.address = address;
  }

  /**
   * Begins to announce {@code record} and to tell {@code nodes} what is heard. Others hear of it a
   * second or two later, since a name is probed for before it is used.
   *
   * @param address an address of this machine; its interface is the one used
   * @param blocking runs one task at a time, in order; may be blocked for seconds
   * @return the running service; fails with {@link IOException} when multicast can't be used there
   */
  public static CompletionStage<LanService> start(
      InetAddress address, NodeRecord record, LanNodes nodes, Executor blocking) {
    LanService service = new LanService(nodes, blocking, address);
    return CompletableFuture.supplyAsync(
        () -> {
          service.open(record);
          return service;
        },
        blocking);
  }

  /** Announces a newer record in place of the last one. Any thread. */
  public CompletionStage<Void> announce(NodeRecord record) {
    return CompletableFuture.runAsync(
        () -> {
          ServiceInfo current = service;
          if (mdns != null && current != null) {
            current.setText(Announcement.encode(record));
          }
        },
        blocking);
  }

  /**
   * Says goodbye and leaves the network; completes when the socket is closed, which takes about two
   * seconds. Any thread.
   */
  public CompletionStage<Void> close() {
    return CompletableFuture.runAsync(
        () -> {
          JmDNS open = mdns;
          mdns = null;
          if (open != null) {
            try {
              open.close();
            } catch (IOException e) {
              log.debug("mDNS on {} did not close in order", address, e);
            }
          }
        },
        blocking);
  }

  private void open(NodeRecord record) {
    try {
      JmDNS opened = JmDNS.create(address, Announcement.name(record));
      mdns = opened;
      opened.addServiceListener(Announcement.SERVICE_TYPE, new Listener(opened, nodes));
      service = register(opened, record);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static ServiceInfo register(JmDNS open, NodeRecord record) throws IOException {
    ServiceInfo info =
        ServiceInfo.create(
            Announcement.SERVICE_TYPE,
            Announcement.name(record),
            record.udpEndpoint().map(InetSocketAddress::getPort).orElse(0),
            0,
            0,
            Announcement.encode(record));
    open.registerService(info);
    return info;
  }

  private UncheckedIOException failed(IOException cause) {
    return new UncheckedIOException(
        new IOException("mDNS can't be used on " + address.getHostAddress(), cause));
  }

  private record Listener(JmDNS mdns, LanNodes nodes) implements ServiceListener {
    @Override
    public void serviceAdded(ServiceEvent event) {
      mdns.requestServiceInfo(event.getType(), event.getName(), true);
    }

    @Override
    public void serviceRemoved(ServiceEvent event) {
      nodes.withdrawn(event.getName());
    }

    @Override
    public void serviceResolved(ServiceEvent event) {
      nodes.announced(event.getName(), Announcement.text(event.getInfo()::getPropertyString));
    }
  }
}
