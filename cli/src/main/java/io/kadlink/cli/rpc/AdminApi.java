package io.kadlink.cli.rpc;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import io.kadlink.server.Server;
import io.kadlink.server.ServerEvent;
import io.kadlink.server.reputation.Standing;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** {@code admin_*}, {@code net_*} and {@code web3_*} in geth's shapes. */
public final class AdminApi {
  private final Server server;
  private final String clientName;
  private final long networkId;
  private final Supplier<Map<String, Object>> ethNode;
  private final Function<Peer, Optional<? extends Map<String, ?>>> ethInfo;

  /**
   * @param ethNode what {@code admin_nodeInfo} shows under {@code protocols.eth}
   * @param ethInfo what {@code admin_peers} shows under {@code protocols.eth}; empty before Status
   */
  public AdminApi(
      Server server,
      String clientName,
      long networkId,
      Supplier<Map<String, Object>> ethNode,
      Function<Peer, Optional<? extends Map<String, ?>>> ethInfo) {
    this.server = server;
    this.clientName = clientName;
    this.networkId = networkId;
    this.ethNode = ethNode;
    this.ethInfo = ethInfo;
  }

  public void addTo(RpcMethods methods) {
    methods
        .add("admin_nodeInfo", params -> nodeInfo())
        .add("admin_peers", params -> peers())
        .add("admin_addPeer", this::addPeer)
        .add("admin_removePeer", this::removePeer)
        .add("admin_addTrustedPeer", this::addTrustedPeer)
        .add("admin_removeTrustedPeer", this::removeTrustedPeer)
        .addFeed("admin", "peerEvents", (params, listener) -> peerEvents(listener))
        .add("net_version", params -> Long.toUnsignedString(networkId))
        .add("net_listening", params -> server.enode().tcpPort() != 0)
        .add("net_peerCount", params -> Quantity.of(server.peers().size()))
        .add("web3_clientVersion", params -> clientName);
  }

  /** In geth's shape: {@code add} and {@code drop}. */
  private AutoCloseable peerEvents(Consumer<Object> listener) {
    return server.events(
        event -> {
          switch (event) {
            case ServerEvent.PeerConnected up -> listener.accept(event("add", up.peer(), ""));
            case ServerEvent.PeerDisconnected down ->
                listener.accept(event("drop", down.peer(), down.reason().toString()));
            default -> {}
          }
        });
  }

  private static Map<String, Object> event(String type, Peer peer, String error) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("type", type);
    shown.put("peer", peer.id().toString());
    if (!error.isEmpty()) {
      shown.put("error", error);
    }
    shown.put("local", address(peer.localAddress()));
    shown.put("remote", address(peer.remoteAddress()));
    return shown;
  }

  private Map<String, Object> nodeInfo() {
    Enode enode = server.enode();
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("id", server.id().toString());
    info.put("name", clientName);
    info.put("enode", enode.toString());
    info.put("enr", server.record().toString());
    info.put("ip", enode.host());
    info.put("ports", Map.of("discovery", enode.udpPort(), "listener", enode.tcpPort()));
    info.put("listenAddr", enode.host() + ":" + enode.tcpPort());
    info.put("protocols", Map.of("eth", ethNode.get()));
    return info;
  }

  private List<Map<String, Object>> peers() throws Exception {
    Set<NodeId> trusted = Answers.await(server.trustedNodes());
    Set<NodeId> statics = Answers.await(server.staticNodes());
    Map<NodeId, Standing> standings = new HashMap<>();
    List<Peer> peers = server.peers();
    Answers.await(server.access().standings(peers.stream().map(Peer::id).toList()))
        .forEach(each -> standings.put(each.id(), each));
    List<Map<String, Object>> list = new ArrayList<>();
    for (Peer peer : peers) {
      Map<String, Object> network = new LinkedHashMap<>();
      network.put("localAddress", address(peer.localAddress()));
      network.put("remoteAddress", address(peer.remoteAddress()));
      network.put("inbound", peer.inbound());
      network.put("trusted", trusted.contains(peer.id()));
      network.put("static", statics.contains(peer.id()));
      Map<String, Object> shown = peer(peer, network);
      shown.put("kadlink", more(peer, Optional.ofNullable(standings.get(peer.id()))));
      list.add(shown);
    }
    return list;
  }

  /** What geth has no place for. */
  private static Map<String, Object> more(Peer peer, Optional<Standing> standing) {
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("connectedAt", peer.connectedAt().toString());
    peer.roundTrip().ifPresent(time -> more.put("roundTripMillis", time.toMillis()));
    more.put("pendingBytes", peer.pendingBytes());
    peer.organisation().ifPresent(name -> more.put("organisation", name));
    standing.ifPresent(known -> more.put("score", known.score()));
    return more;
  }

  private Map<String, Object> peer(Peer peer, Map<String, Object> network) {
    peer.relay().map(PublicKey::id).ifPresent(relay -> network.put("relay", relay.toString()));
    Map<String, Object> spoken = new LinkedHashMap<>();
    for (Capability capability : peer.capabilities()) {
      spoken.put(capability.name(), Map.of("version", capability.version()));
    }
    if (spoken.containsKey("eth")) {
      Optional<? extends Map<String, ?>> eth = ethInfo.apply(peer);
      spoken.put("eth", eth.isPresent() ? eth.get() : "handshake");
    }
    Map<String, Object> shown = new LinkedHashMap<>();
    peer.record().ifPresent(record -> shown.put("enr", record.toString()));
    shown.put("enode", enode(peer));
    shown.put("id", peer.id().toString());
    shown.put("name", peer.clientName());
    shown.put("caps", peer.remoteCapabilities().stream().map(Capability::toString).toList());
    shown.put("network", network);
    shown.put("protocols", spoken);
    return shown;
  }

  private static String enode(Peer peer) {
    return peer.remoteAddress() instanceof InetSocketAddress at && at.getAddress() != null
        ? Enode.of(peer.publicKey(), at.getAddress(), at.getPort(), at.getPort()).toString()
        : "enode://" + peer.publicKey();
  }

  private static String address(SocketAddress address) {
    if (address instanceof InetSocketAddress at && at.getAddress() != null) {
      String host = at.getAddress().getHostAddress();
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + at.getPort();
    }
    return address.toString();
  }

  private boolean addPeer(Params params) throws RpcError {
    server.addStaticNode(enode(params));
    return true;
  }

  private boolean removePeer(Params params) throws RpcError {
    Enode enode = enode(params);
    server.removeStaticNode(enode.id());
    server.peer(enode.id()).ifPresent(peer -> peer.disconnect(DisconnectReason.REQUESTED));
    return true;
  }

  private boolean addTrustedPeer(Params params) throws RpcError {
    server.addTrustedNode(enode(params).id());
    return true;
  }

  private boolean removeTrustedPeer(Params params) throws RpcError {
    server.removeTrustedNode(enode(params).id());
    return true;
  }

  private static Enode enode(Params params) throws RpcError {
    String url = params.text(0);
    try {
      return Enode.parse(url);
    } catch (IllegalArgumentException e) {
      throw RpcError.invalidParams("not an enode URL: " + e.getMessage());
    }
  }
}
