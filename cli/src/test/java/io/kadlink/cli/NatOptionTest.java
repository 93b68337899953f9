package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.server.nat.NatMethod;
import io.kadlink.server.nat.NatOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code --nat} and {@code --nat-lifetime}. */
class NatOptionTest {
  private static NatOption parse(String... arguments) {
    CommonOptions options = new CommonOptions();
    new CommandLine(
            CommandLine.Model.CommandSpec.create()
                .addMixin("common", CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
        .parseArgs(arguments);
    return options.nat;
  }

  @Test
  void withoutTheOptionsNothingIsAsked() {
    assertThat(parse().method()).isEqualTo(NatMethod.none());
    assertThat(parse().lifetime()).isEqualTo(NatOptions.DEFAULT_LIFETIME);
  }

  @Test
  void aMethodAndALifetimeAreTaken() {
    NatOption option = parse("--nat", "any", "--nat-lifetime", "60");
    assertThat(option.method()).isEqualTo(NatMethod.any());
    assertThat(option.lifetime()).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  void whatCannotBeTakenIsNamedWithWhatCan() {
    assertThatThrownBy(() -> parse("--nat", "magic").method())
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("--nat takes none, any, upnp")
        .hasMessageContaining("'magic'");
    assertThatThrownBy(() -> parse("--nat-lifetime", "19").lifetime())
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("20 to 86400 seconds, not 19");
  }
}
