package io.kadlink.cli.rpc;

import io.kadlink.discovery.Discovery;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.Genesis;
import io.kadlink.protocols.relay.Circuit;
import io.kadlink.protocols.relay.Relay;
import io.kadlink.server.Peer;
import io.kadlink.server.Server;
import io.kadlink.server.dial.DialReason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.tuweni.bytes.Bytes;

/** {@code kadlink_*}: what this node knows and no other client has a method for. */
public final class KadlinkApi {
  private final Server server;
  private final DevChain chain;
  private final TransactionPool pool;
  private final Genesis genesis;
  private final Relay relay;
  private final PubSubApi pubSub;
  private final long startHead;

  /**
   * @param startHead the head's number when the node started, before it had peers
   */
  public KadlinkApi(
      Server server,
      DevChain chain,
      Genesis genesis,
      Relay relay,
      PubSubApi pubSub,
      long startHead) {
    this.server = server;
    this.chain = chain;
    this.pool = chain.pool();
    this.genesis = genesis;
    this.relay = relay;
    this.pubSub = pubSub;
    this.startHead = startHead;
  }

  public void addTo(RpcMethods methods) {
    methods
        .add("kadlink_status", params -> status())
        .add("kadlink_dialReasons", params -> dialReasons())
        .add("kadlink_circuits", params -> circuits())
        .add("kadlink_genesisAccounts", params -> genesisAccounts());
  }

  private List<String> genesisAccounts() {
    return genesis.alloc().keySet().stream().map(Bytes::toHexString).toList();
  }

  private Map<String, Object> status() {
    List<Peer> peers = new ArrayList<>(server.peers());
    BlockHeader head = chain.head();
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("nodeId", server.id().toString());
    status.put("enode", server.enode().toString());
    status.put("enr", server.record().toString());
    status.put("head", Map.of("number", head.number(), "hash", head.hash().toHexString()));
    status.put("startHead", startHead);
    status.put("peers", peers.size());
    status.put("dialed", peers.stream().filter(peer -> !peer.inbound()).count());
    status.put("accepted", peers.stream().filter(Peer::inbound).count());
    status.put("relayed", peers.stream().filter(peer -> peer.relay().isPresent()).count());
    status.put("nodesSeen", server.discovery().map(Discovery::distinctNodesSeen).orElse(0));
    status.put(
        "reachableThrough",
        relay.reachableThrough().stream().map(key -> key.id().toString()).toList());
    status.put("pool", pool.size());
    status.put("pubsubReceived", pubSub.received());
    return status;
  }

  private List<Map<String, Object>> dialReasons() throws Exception {
    List<Map<String, Object>> list = new ArrayList<>();
    for (DialReason reason : Answers.await(server.dialReasons()).values()) {
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("id", reason.publicKey().id().toString());
      shown.put("why", reason.why());
      shown.put("at", reason.at().toString());
      reason.notBefore().ifPresent(next -> shown.put("notBefore", next.toString()));
      list.add(shown);
    }
    return list;
  }

  private List<Map<String, Object>> circuits() throws Exception {
    List<Map<String, Object>> list = new ArrayList<>();
    for (Circuit circuit : Answers.await(relay.circuits())) {
      Map<String, Object> shown = new LinkedHashMap<>();
      shown.put("role", circuit.role().name().toLowerCase(Locale.ROOT));
      shown.put("initiator", circuit.initiator().toString());
      shown.put("relay", circuit.relay().toString());
      shown.put("target", circuit.target().toString());
      shown.put("opened", circuit.opened().toString());
      shown.put("bytesToTarget", circuit.bytesToTarget());
      shown.put("bytesToInitiator", circuit.bytesToInitiator());
      list.add(shown);
    }
    return list;
  }
}
