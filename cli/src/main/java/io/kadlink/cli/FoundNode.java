package io.kadlink.cli;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.Node;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** A node as the discovery commands show it. */
final class FoundNode {
  private FoundNode() {}

  /** Its id, endpoint and record. */
  static Map<String, Object> fields(Node node) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("nodeId", node.id().toString());
    fields.put("udp", endpoint(node.udp()));
    node.tcp().ifPresent(tcp -> fields.put("tcp", endpoint(tcp)));
    fields.put("enode", enode(node).toString());
    node.record().ifPresent(record -> put(fields, record));
    return fields;
  }

  /** The best name of it: its record, else an enode URL. */
  static String name(Node node) {
    return node.record().map(NodeRecord::toString).orElseGet(() -> enode(node).toString());
  }

  private static Enode enode(Node node) {
    return Enode.of(
        node.publicKey(), node.udp().getAddress(), node.tcpPort(), node.udp().getPort());
  }

  private static void put(Map<String, Object> fields, NodeRecord record) {
    fields.put("seq", Long.toUnsignedString(record.seq()));
    fields.put("enr", record.toString());
  }

  static Node of(Contact contact) {
    return new Node(contact.publicKey(), contact.udp(), contact.tcpPort(), contact.record());
  }

  /** {@code 192.0.2.7:30303} or {@code [2001:db8::7]:30303}. */
  static String endpoint(InetSocketAddress at) {
    return InetAddresses.toUriString(at.getAddress()) + ":" + at.getPort();
  }

  /** An enode URL of the node where it is, whatever its record says. */
  static Enode enode(Contact contact) {
    return enode(of(contact));
  }
}
