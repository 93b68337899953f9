package io.kadlink.testnet.sim;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.LocalDiscovery;
import io.kadlink.discovery.Overlay;
import io.kadlink.discovery.lookup.LookupResult;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.table.TableRow;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** One node of a simulated network. Touched between tasks only. */
public final class SimulatedNode {
  private final NodeKey key;
  private final VirtualLoop loop;
  private final VirtualNetwork.Socket socket;
  private final LocalDiscovery discovery;
  private final boolean filtered;
  private final Duration joined;
  private boolean live = true;

  SimulatedNode(
      NodeKey key,
      VirtualLoop loop,
      VirtualNetwork.Socket socket,
      LocalDiscovery discovery,
      boolean filtered,
      Duration joined) {
    this.key = key;
    this.loop = loop;
    this.socket = socket;
    this.discovery = discovery;
    this.filtered = filtered;
    this.joined = joined;
  }

  public NodeId id() {
    return key.id();
  }

  public NodeKey key() {
    return key;
  }

  /** Where others reach it. */
  public InetSocketAddress address() {
    return socket.localAddress();
  }

  public Contact contact() {
    return new Contact(
        key.publicKey(), address(), address().getPort(), Optional.of(discovery.local().record()));
  }

  public VirtualNetwork.Socket socket() {
    return socket;
  }

  /** Whether it is behind a NAT. */
  public boolean isFiltered() {
    return filtered;
  }

  /** Whether it has not left. */
  public boolean isLive() {
    return live;
  }

  /** When it joined, since the start of the simulation. */
  public Duration joined() {
    return joined;
  }

  public Table table(DiscoveryVersion version) {
    return overlay(version).table();
  }

  /** Nodes in the table that answered from their endpoint. */
  public List<Contact> proven(DiscoveryVersion version) {
    List<Contact> proven = new ArrayList<>();
    loop.run(() -> proven.addAll(table(version).proven()));
    return proven;
  }

  /** Everything in the table, replacements too. */
  public List<TableRow> rows(DiscoveryVersion version) {
    List<TableRow> rows = new ArrayList<>();
    loop.run(() -> rows.addAll(table(version).snapshot()));
    return rows;
  }

  /** The node's clock. */
  public long nanoTime() {
    return loop.nanoTime();
  }

  /** Runs something on the node's loop, now. */
  public void run(Runnable action) {
    loop.run(action);
  }

  /** Starts a lookup; its result is part of the event log. */
  public void lookup(DiscoveryVersion version, PublicKey target, Consumer<LookupResult> done) {
    loop.run(
        () ->
            overlay(version)
                .lookups()
                .find(
                    target,
                    result -> {
                      CRC32C ids = new CRC32C();
                      result
                          .closest()
                          .forEach(contact -> ids.update(contact.id().bytes().toArrayUnsafe()));
                      loop.log(EventKind.LOOKUP, 0, result.closest().size(), ids.getValue());
                      done.accept(result);
                    }));
  }

  /** Pings; the round trip, or empty when there was no answer. */
  public void ping(Contact contact, Consumer<Optional<Duration>> done) {
    loop.run(() -> discovery.ping(contact, done));
  }

  private Overlay overlay(DiscoveryVersion version) {
    return discovery.overlay(version).orElseThrow();
  }

  void vanish() {
    live = false;
    loop.run(
        () -> {
          loop.log(EventKind.LEAVE, Endpoints.number(address()), 0, 0);
          discovery.close();
        });
    var unused = socket.close();
  }
}
