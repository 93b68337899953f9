package io.kadlink.cli;

import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.Enode;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.tuweni.bytes.Bytes;

/**
 * A node that a discovery command is about.
 *
 * @param key its key
 * @param at where it is said to be, when that is said
 */
record NodeTarget(PublicKey key, Optional<Contact> at) {
  private static final Pattern PUBLIC_KEY = Pattern.compile("(0x)?[0-9a-fA-F]{128}");

  /**
   * Reads an enode URL, an ENR (which need not name an address), or a public key of 128 hex digits.
   *
   * @throws CommandFailure saying what is wrong with the text
   */
  static NodeTarget parse(String text) {
    String trimmed = text.strip();
    if (PUBLIC_KEY.matcher(trimmed).matches()) {
      return new NodeTarget(publicKey(trimmed), Optional.empty());
    }
    if (trimmed.startsWith(NodeRecord.PREFIX)) {
      NodeRecord record = record(trimmed);
      return new NodeTarget(
          record.publicKey(), record.udpEndpoint().map(udp -> Contact.of(record, udp)));
    }
    Enode enode = Waiting.resolved(NodeAddress.parse(trimmed));
    return new NodeTarget(
        enode.publicKey(),
        Optional.of(enode)
            .filter(it -> it.udpPort() != 0)
            .map(it -> Contact.of(it.publicKey(), it.udpEndpoint(), it.tcpPort())));
  }

  /**
   * A node that can be spoken to.
   *
   * @throws CommandFailure when {@code text} names no UDP endpoint
   */
  static Contact contact(String text) {
    return parse(text)
        .at()
        .orElseThrow(
            () ->
                new CommandFailure(
                    "No IP address and UDP port, so there is nowhere to ask the node: " + text));
  }

  private static PublicKey publicKey(String digits) {
    try {
      return PublicKey.of(Bytes.fromHexString(digits));
    } catch (InvalidCurveInputException e) {
      throw new CommandFailure("Not a public key: " + e.getMessage(), e);
    }
  }

  private static NodeRecord record(String text) {
    try {
      return NodeRecord.parse(text);
    } catch (InvalidRecordException e) {
      throw new CommandFailure("Not a valid node record: " + e.getMessage() + ": " + text, e);
    }
  }
}
