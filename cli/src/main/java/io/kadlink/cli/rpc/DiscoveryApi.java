package io.kadlink.cli.rpc;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.NodeMemory;
import io.kadlink.discovery.store.StoredNode;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.TableRow;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code kadlink_table}, {@code kadlink_nodes} and {@code kadlink_node}: whom this node knows. */
public final class DiscoveryApi {
  /** Nodes in an answer unless told otherwise. */
  static final int DEFAULT_PAGE = 100;

  /** Each node costs the check of a signature: a thousand, about 30 ms. */
  static final int MAX_PAGE = 1_000;

  private final Optional<Discovery> discovery;

  /**
   * @param discovery empty when it is turned off
   */
  public DiscoveryApi(Optional<Discovery> discovery) {
    this.discovery = discovery;
  }

  public void addTo(RpcMethods methods) {
    methods
        .add("kadlink_table", params -> table())
        .add("kadlink_nodes", this::nodes)
        .add("kadlink_node", this::node);
  }

  /** The discovery tables, nearest bucket first. */
  private Map<String, Object> table() throws Exception {
    Map<String, Object> tables = new LinkedHashMap<>();
    if (discovery.isPresent()) {
      Answers.await(discovery.get().tableSnapshot())
          .forEach(
              (version, rows) ->
                  tables.put(
                      version.name().toLowerCase(Locale.ROOT),
                      rows.stream().map(DiscoveryApi::row).toList()));
    }
    return tables;
  }

  /** A page of the node database, and how that is doing. */
  private Map<String, Object> nodes(Params params) throws Exception {
    Optional<NodeId> after = params.optionalNodeId(0);
    int max = params.number(1, 1, MAX_PAGE, DEFAULT_PAGE);
    NodeMemory memory = memory();
    List<StoredNode> page = Answers.await(memory.page(after, max));
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("database", memory.stats());
    shown.put("nodes", page.stream().map(DiscoveryApi::remembered).toList());
    if (page.size() == max) {
      shown.put("next", page.get(max - 1).id().toString());
    }
    return shown;
  }

  private @Nullable Map<String, Object> node(Params params) throws Exception {
    return Answers.await(memory().find(params.nodeId(0)))
        .map(DiscoveryApi::remembered)
        .orElse(null);
  }

  private NodeMemory memory() throws RpcError {
    return discovery
        .flatMap(Discovery::memory)
        .orElseThrow(() -> RpcError.failed("this node keeps no node database"));
  }

  private static Map<String, Object> row(TableRow row) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("bucket", row.bucket());
    describe(row.contact(), shown);
    shown.put("proven", row.proven());
    shown.put("replacement", row.replacement());
    shown.put("livenessChecks", row.livenessChecks());
    shown.put("added", row.added().toString());
    return shown;
  }

  private static Map<String, Object> remembered(StoredNode node) {
    Map<String, Object> shown = new LinkedHashMap<>();
    describe(node.contact(), shown);
    shown.put("firstSeen", node.firstSeen().toString());
    shown.put("lastSeen", node.lastSeen().toString());
    node.lastPong().ifPresent(pong -> shown.put("lastPong", pong.toString()));
    shown.put("v4", node.statistics().v4());
    shown.put("v5", node.statistics().v5());
    shown.put("dialsSucceeded", node.statistics().dialsSucceeded());
    shown.put("dialsFailed", node.statistics().dialsFailed());
    return shown;
  }

  private static void describe(Contact contact, Map<String, Object> shown) {
    shown.put("id", contact.id().toString());
    shown.put(
        "enode",
        Enode.of(contact.publicKey(), contact.address(), contact.tcpPort(), contact.udp().getPort())
            .toString());
    contact.record().ifPresent(record -> shown.put("enr", record.toString()));
  }
}
