package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EnrCommandTest {
  /** The example of EIP-778. */
  private static final String EXAMPLE =
      "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";

  private final CommandLineFixture kadlink = new CommandLineFixture();

  @Test
  void decodeShowsTheExampleOfEip778() {
    assertThat(kadlink.run("enr", "decode", EXAMPLE, "--json")).isZero();
    assertThat(kadlink.out())
        .contains("a448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7")
        .contains("\"seq\" : \"1\"")
        .contains("127.0.0.1:30303");
  }

  @Test
  void aRecordWithAChangedLetterIsRefusedWithTheReason() {
    String broken = EXAMPLE.replace("HCYr", "HCYs");
    assertThat(kadlink.run("enr", "decode", broken)).isEqualTo(1);
    assertThat(kadlink.err()).contains("signature");
    assertThat(kadlink.err().lines()).hasSize(1);
  }
}
