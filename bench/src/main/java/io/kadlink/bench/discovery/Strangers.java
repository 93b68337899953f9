package io.kadlink.bench.discovery;

import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Nodes with keys and addresses as a public network has them: hardly two of one /24. */
final class Strangers {
  private Strangers() {}

  static List<Contact> make(int count) {
    List<Contact> contacts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      InetSocketAddress udp = new InetSocketAddress(address(i), 30303);
      contacts.add(Contact.of(NodeKey.generate().publicKey(), udp, 30303));
    }
    return contacts;
  }

  private static InetAddress address(int number) {
    try {
      return InetAddress.getByAddress(
          new byte[] {(byte) (20 + (number >> 16)), (byte) (number >> 8), (byte) number, (byte) 1});
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
