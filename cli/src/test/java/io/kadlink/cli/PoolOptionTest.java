package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.protocols.eth.pool.PoolLimits;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code --pool-transactions}, {@code --pool-blobs} and {@code --min-tip}. */
class PoolOptionTest {
  private static PoolLimits parse(String... arguments) {
    PoolArguments options = new PoolArguments();
    new CommandLine(CommandSpec.create().addMixin("pool", CommandSpec.forAnnotatedObject(options)))
        .parseArgs(arguments);
    return options.limits();
  }

  @Test
  void withoutTheOptionsThePoolIsAsItIs() {
    assertThat(parse()).isEqualTo(PoolLimits.DEFAULT);
  }

  @Test
  void eachChangesItsLimit() {
    PoolLimits limits =
        parse("--pool-transactions", "5", "--pool-blobs", "3", "--min-tip", "1000000000");
    assertThat(limits.transactions()).isEqualTo(5);
    assertThat(limits.blobBytes()).isEqualTo(3 << 20);
    assertThat(limits.minTip()).isEqualTo(UInt256.valueOf(1_000_000_000));
    assertThat(parse("--pool-blobs", "0").blobBytes()).isZero();
  }

  @Test
  void whatCannotBeTakenIsNamed() {
    assertThatThrownBy(() -> parse("--pool-transactions", "0"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("--pool-transactions takes 1 or more, not 0");
    assertThatThrownBy(() -> parse("--pool-blobs", "-1"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("--pool-blobs takes 0 or more");
    assertThatThrownBy(() -> parse("--min-tip", "9223372036854775808"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("--min-tip takes 0 to 2^63 - 1");
  }
}
