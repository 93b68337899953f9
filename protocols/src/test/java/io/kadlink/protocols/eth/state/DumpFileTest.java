package io.kadlink.protocols.eth.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.protocols.eth.trie.MerkleTrie;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;

/** Dumps as geth writes them, and each made wrong in one place. */
class DumpFileTest {
  private static final Bytes SOMEBODY =
      Bytes.fromHexString("0x00000961ef480eb55e80d19ad83579a64c007002");
  private static final Bytes DELEGATED =
      Bytes.fromHexString("0x0102030405060708090a0b0c0d0e0f1011121314");
  private static final Bytes NAMELESS =
      Bytes.fromHexString("0x5757575757575757575757575757575757575757");
  private static final Bytes DELEGATION =
      Bytes.concatenate(Bytes.fromHexString("0xef0100"), SOMEBODY);
  private static final String NO_CODE =
      "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";
  private static final String NO_STORAGE =
      "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";

  private static final String GOOD = dump(root());

  private static Bytes32 root() {
    MerkleTrie trie = new MerkleTrie();
    trie.put(WorldState.key(SOMEBODY), account(3, 1_000, NO_CODE).encode());
    trie.put(
        WorldState.key(DELEGATED),
        account(0, 5, WorldState.key(DELEGATION).toHexString()).encode());
    trie.put(WorldState.key(NAMELESS), account(1, 0, NO_CODE).encode());
    return trie.rootHash();
  }

  private static Account account(long nonce, long balance, String codeHash) {
    return new Account(
        nonce,
        UInt256.valueOf(balance),
        Bytes32.fromHexString(NO_STORAGE),
        Bytes32.fromHexString(codeHash));
  }

  private static String dump(Bytes32 root) {
    return """
        {"root": "%s", "accounts": {
          "0x00000961Ef480Eb55e80D19ad83579A64c007002": {"balance": "1000", "nonce": 3,
            "root": "%s", "codeHash": "%s", "storage": {"0x00": "01"},
            "address": "0x00000961ef480eb55e80d19ad83579a64c007002", "key": "%s"},
          "%s": {"balance": "0x5", "nonce": 0, "root": "%s", "codeHash": "%s", "code": "%s"},
          "pre(%s)": {"balance": "0", "nonce": 1, "root": "%s", "codeHash": "%s"}
        }}
        """
        .formatted(
            root.toUnprefixedHexString(),
            NO_STORAGE,
            NO_CODE,
            WorldState.key(SOMEBODY),
            DELEGATED,
            NO_STORAGE,
            WorldState.key(DELEGATION),
            DELEGATION,
            WorldState.key(NAMELESS),
            NO_STORAGE,
            NO_CODE);
  }

  private static DumpedState read(String json) throws IOException {
    return DumpFile.read(
        "state.json", new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }

  private static void refused(String json, String reason) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(InvalidStateException.class)
        .hasMessageStartingWith("state.json")
        .hasMessageContaining(reason);
  }

  @Test
  void accountsAreFoundByTheirAddressHoweverTheyAreNamed() throws IOException {
    DumpedState state = read(GOOD);
    assertThat(state.root()).isEqualTo(root());
    assertThat(state.size()).isEqualTo(3);
    assertThat(state.account(SOMEBODY)).isEqualTo(account(3, 1_000, NO_CODE));
    assertThat(state.account(NAMELESS).nonce()).isEqualTo(1);
    assertThat(state.account(Bytes.wrap(new byte[20]))).isEqualTo(Account.NONE);
    assertThat(state.isDelegated(DELEGATED)).isTrue();
    assertThat(state.isDelegated(SOMEBODY)).isFalse();
  }

  @Test
  void accountsThatDoNotHaveTheRootAreRefused() {
    refused(GOOD.replace("\"1000\"", "\"1001\""), "accounts have the root");
    refused(dump(Bytes32.ZERO), "it says its root is " + Bytes32.ZERO);
  }

  @Test
  void whatContradictsItselfIsRefused() {
    refused(GOOD.replace("ef0100", "ef0101"), "its code has another hash");
    refused(GOOD.replace("64c007002\", \"key", "64c007003\", \"key"), "its address is");
    refused(
        GOOD.replace("\"key\": \"" + WorldState.key(SOMEBODY), "\"key\": \"" + Bytes32.ZERO),
        "its key is");
    refused(
        GOOD.replace(
            "pre(" + WorldState.key(NAMELESS) + ")", "pre(" + WorldState.key(SOMEBODY) + ")"),
        "the same account twice");
  }

  @Test
  void whatIsNoDumpIsRefusedWithItsPlace() {
    refused("[]", "expected an object");
    refused("{}", "no root");
    refused("{\"root\": \"" + Bytes32.ZERO + "\"}", "no accounts");
    refused(GOOD + "{}", "more than one object");
    refused(GOOD.substring(0, GOOD.length() - 30), "not JSON");
    refused(
        GOOD.replace("\"1000\"", "\"x\""), "0x00000961Ef480Eb55e80D19ad83579A64c007002: expected");
    refused(GOOD.replace("\"1000\"", "-1"), "expected a decimal or 0x hex number");
    refused(GOOD.replace("\"nonce\": 3", "\"nonce\": 18446744073709551616"), "2^64");
    refused(GOOD.replace("\"nonce\": 3,", ""), "no nonce");
    refused(GOOD.replace("\"0x5\"", "[]"), "expected a number, found START_ARRAY");
    refused(GOOD.replace(DELEGATED.toHexString(), "0x01"), "expected an address of 20 bytes");
    refused("[".repeat(100_000), "expected an object");
    refused("{\"x\":" + "[".repeat(100_000), "not JSON");
    assertThatThrownBy(() -> DumpFile.read(Path.of("no-such-file")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no file");
  }
}
