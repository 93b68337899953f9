package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults in genesis files are told with file and field. */
class GenesisFileTest {
  private static final String GOOD =
      """
      {"config":{"chainId":7,"londonBlock":0,"shanghaiTime":0,"cancunTime":null,"other":{"a":1}},
       "gasLimit":"0x1c9c380","difficulty":0,"timestamp":"12","extraData":"0x01",
       "mixHash":"0x00000000000000000000000000000000000000000000000000000000000000aa",
       "coinbase":"0x3333333333333333333333333333333333333333",
       "alloc":{"0x71562b71999873db5b286df957af199ec94617f7":
          {"balance":"1000","nonce":"0x2","code":"0x00","storage":{"0x01":"0x02"}}}}
      """;

  @Test
  void theGoodFileIsRead() {
    Genesis genesis = GenesisFile.parse("g.json", GOOD);
    assertThat(genesis.config().chainId()).isEqualTo(7);
    assertThat(genesis.config().forkTimes()).containsOnlyKeys("shanghaiTime");
    assertThat(genesis.timestamp()).isEqualTo(12);
    assertThat(genesis.alloc().values())
        .singleElement()
        .satisfies(
            account -> {
              assertThat(account.balance()).isEqualTo(UInt256.valueOf(1000));
              assertThat(account.nonce()).isEqualTo(2);
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"chainId\":7,|`` |config.chainId: missing",
        "\"chainId\":7|\"chainId\":0|config.chainId: must be 1 to 2^63 - 1",
        "\"chainId\":7|\"chainId\":9223372036854775808|config.chainId: must be",
        "\"chainId\":7|\"chainId\":18446744073709551616|config.chainId: not from 0 to 2^64 - 1",
        "\"chainId\":7|\"chainId\":1.5|config.chainId: expected a number, found 1.5",
        "\"chainId\":7|\"chainId\":-1|config.chainId: not from 0",
        "\"shanghaiTime\":0|\"shanghaiTime\":\"soon\"|config.shanghaiTime: expected a decimal or 0x hex number",
        "\"gasLimit\":\"0x1c9c380\",|`` |gasLimit: missing",
        "\"difficulty\":0,|`` |difficulty: missing",
        "\"difficulty\":0|\"difficulty\":true|difficulty: expected a number, found true",
        "\"extraData\":\"0x01\"|\"extraData\":\"0x1\"|extraData: expected 0x and an even number",
        "\"extraData\":\"0x01\"|\"extraData\":\"01\"|extraData: expected 0x",
        "\"extraData\":\"0x01\"|\"extraData\":1|extraData: expected a string, found 1",
        "00000000aa\"|00000000a\"|mixHash: expected 0x and an even number",
        "00000000aa\"|000000aa\"|mixHash: expected 32 bytes, found 31",
        "0x3333|0x33|coinbase: expected an address of 40 hex digits",
        "0x71562b|0x7g562b|alloc.0x7g562b71999873db5b286df957af199ec94617f7: expected an address",
        "\"balance\":\"1000\",|`` |alloc.0x71562b71999873db5b286df957af199ec94617f7.balance: missing",
        "\"balance\":\"1000\"|\"balance\":\"0x\"|``",
        "\"code\":\"0x00\"|\"code\":\"0x0g\"|alloc.0x71562b71999873db5b286df957af199ec94617f7.code: expected 0x",
        "\"0x01\":\"0x02\"|\"0x1\":\"0x02\"|alloc.0x71562b71999873db5b286df957af199ec94617f7.storage.0x1: expected up to 64",
        "\"0x01\":\"0x02\"|\"0x01\":2|storage.0x01: expected a string",
        "{\"config\":|{\"confug\":|config: missing",
        "\"alloc\":|\"allocation\":|alloc: missing"
      })
  void aFaultNamesFileAndField(String part, String replacement, String message) {
    assertThat(GOOD).contains(part);
    String bad = GOOD.replace(part, replacement == null ? "" : replacement.strip());
    if (message == null || message.isEmpty()) {
      assertThat(GenesisFile.parse("g.json", bad)).isNotNull();
      return;
    }
    assertThatThrownBy(() -> GenesisFile.parse("g.json", bad))
        .isInstanceOf(InvalidGenesisException.class)
        .hasMessageStartingWith("g.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void whatIsNotJsonIsToldWithItsLine() {
    assertThatThrownBy(() -> GenesisFile.parse("g.json", "{\n \"config\": }"))
        .isInstanceOf(InvalidGenesisException.class)
        .hasMessageStartingWith("g.json:2:")
        .hasMessageContaining("not JSON");
    assertThatThrownBy(() -> GenesisFile.parse("g.json", "[]"))
        .hasMessage("g.json: the genesis: expected an object, found []");
    assertThatThrownBy(() -> GenesisFile.parse("g.json", ""))
        .isInstanceOf(InvalidGenesisException.class);
    assertThatThrownBy(() -> GenesisFile.parse("g.json", GOOD + "{}"))
        .isInstanceOf(InvalidGenesisException.class);
  }

  @Test
  void theSameAccountTwiceIsRefused() {
    String twice =
        GOOD.replace(
            "\"alloc\":{",
            "\"alloc\":{\"71562B71999873DB5B286DF957AF199EC94617F7\":{\"balance\":\"1\"},");
    assertThatThrownBy(() -> GenesisFile.parse("g.json", twice))
        .hasMessageContaining("the same account twice");
    String sameKey = GOOD.replace("\"difficulty\":0", "\"difficulty\":0,\"difficulty\":1");
    assertThatThrownBy(() -> GenesisFile.parse("g.json", sameKey))
        .isInstanceOf(InvalidGenesisException.class)
        .hasMessageContaining("Duplicate");
  }

  @Test
  void aMissingFileIsNamed(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("genesis.json");
    assertThatThrownBy(() -> GenesisFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
    Files.writeString(file, GOOD);
    assertThat(GenesisFile.read(file)).isEqualTo(GenesisFile.parse("x", GOOD));
  }
}
