package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** The public keys to the dev chain's money. */
class DevAccountsTest {
  private static final String FIRST = "0xb968f1dfe335c6cf475780b2e6b286f93396eaff";

  @Test
  void theFirstAccountNeverChanges() {
    assertThat(DevAccounts.address(0)).isEqualTo(Bytes.fromHexString(FIRST));
  }

  @Test
  void everyAccountIsFunded() {
    assertThat(DevGenesis.genesis().alloc()).hasSize(DevAccounts.COUNT);
    assertThat(DevGenesis.genesis().alloc())
        .containsEntry(
            DevAccounts.address(255),
            new Genesis.Allocation(DevGenesis.BALANCE, 0, Bytes.EMPTY, Map.of()));
    assertThatThrownBy(() -> DevAccounts.key(256)).hasMessageContaining("0 to 255");
    assertThatThrownBy(() -> DevAccounts.key(-1)).hasMessageContaining("0 to 255");
  }
}
