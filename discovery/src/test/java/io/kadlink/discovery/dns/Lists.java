package io.kadlink.discovery.dns;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** Made-up nodes and lists. */
final class Lists {
  static final NodeKey PUBLISHER = key(1_000_000);

  private Lists() {}

  static NodeKey key(int number) {
    return NodeKey.of(Bytes32.leftPad(Bytes.ofUnsignedInt(number + 1)));
  }

  static NodeRecord record(int number) {
    return record(number, 1);
  }

  static NodeRecord record(int number, long seq) {
    try {
      InetAddress address =
          InetAddress.getByAddress(
              new byte[] {20, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
      return NodeRecord.builder().seq(seq).endpoint(address, 30303, 30303).sign(key(number));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** Nodes {@code from} (included) to {@code to} (not included). */
  static List<NodeRecord> records(int from, int to) {
    return IntStream.range(from, to).mapToObj(Lists::record).toList();
  }

  static TreeLink link(String domain) {
    return new TreeLink(PUBLISHER.publicKey(), domain);
  }

  static SignedTree tree(String domain, long seq, List<NodeRecord> nodes, String... links) {
    return NodeTree.of(nodes, List.of(links).stream().map(Lists::link).toList())
        .sign(PUBLISHER, domain, seq);
  }
}
