package io.kadlink.protocols.eth.dev;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.state.Account;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.TreeSet;
import org.apache.tuweni.bytes.Bytes;

/**
 * The accounts at the head of a chain in the form of geth's {@code dump}, without their storage.
 */
final class StateDump {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private StateDump() {}

  /**
   * The JSON text.
   *
   * @param addresses all that may have an account; a state does not know the addresses of its own
   */
  static String write(DevChain chain, Collection<Bytes> addresses) {
    BlockHeader head = chain.head();
    ObjectNode root = JSON.createObjectNode();
    root.put("root", head.stateRoot().toUnprefixedHexString());
    ObjectNode accounts = root.putObject("accounts");
    for (Bytes address : new TreeSet<>(addresses)) {
      Account account = chain.account(address, head.hash()).orElseThrow();
      if (account.equals(Account.NONE)) {
        continue;
      }
      ObjectNode node = accounts.putObject(address.toHexString());
      node.put("balance", account.balance().toDecimalString());
      node.put("nonce", account.nonce());
      node.put("root", account.storageRoot().toHexString());
      node.put("codeHash", account.codeHash().toHexString());
      node.put("address", address.toHexString());
      node.put("key", Bytes.wrap(Keccak256.hash(address.toArray())).toHexString());
    }
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e); // a tree of text and numbers can always be written
    }
  }
}
