package io.kadlink.discovery.store;

import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** Made-up nodes, told apart by a number. */
final class Nodes {
  private Nodes() {}

  static NodeKey key(int number) {
    return NodeKey.of(Bytes32.leftPad(Bytes.ofUnsignedInt(number + 1)));
  }

  /** Node {@code number}, in a public /24 of its own. */
  static Contact contact(int number) {
    return contact(number, 20 + number / 65536, number / 256 % 256, number % 256, 7);
  }

  static Contact contact(int number, int... ip) {
    byte[] address = {(byte) ip[0], (byte) ip[1], (byte) ip[2], (byte) ip[3]};
    try {
      return Contact.of(
          key(number).publicKey(),
          new InetSocketAddress(InetAddress.getByAddress(address), 30303),
          30304);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  static NodeRecord record(int number, long seq) {
    Contact contact = contact(number);
    return NodeRecord.builder()
        .seq(seq)
        .endpoint(contact.address(), 30304, 30303)
        .sign(key(number));
  }

  static Contact contactWithRecord(int number, long seq) {
    return contact(number).withRecord(record(number, seq));
  }
}
