package io.kadlink.identity.testing;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.testing.FuzzRunner.Target;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FuzzRunnerTest {
  private static final Duration BRIEFLY = Duration.ofSeconds(1);

  /** Breaks on one first byte in 256. */
  public static final class Brittle {
    private Brittle() {}

    public static void fuzzerTestOneInput(byte[] data) {
      if (data.length == 3 && data[0] == 0x7a) {
        throw new IllegalStateException("brittle");
      }
    }
  }

  /** Believes a length. */
  public static final class Gullible {
    private Gullible() {}

    @SuppressWarnings("unused")
    private static byte[] last = new byte[0];

    public static void fuzzerTestOneInput(byte[] data) {
      if (data.length > 0 && data[0] == 1) {
        last = new byte[1 << 30];
      }
    }
  }

  /** Never breaks. */
  public static final class Sturdy {
    private Sturdy() {}

    public static void fuzzerTestOneInput(byte[] data) {}
  }

  @Test
  void aTargetThatBreaksFailsWithItsInputAndItsStackTrace() {
    assertThatThrownBy(
            () -> FuzzRunner.run(Brittle.class, BRIEFLY, List.of(new byte[] {0x7a, 1, 2})))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("input in hex: 7a")
        .hasMessageContaining("IllegalStateException: brittle")
        .hasMessageContaining("Brittle.fuzzerTestOneInput");
  }

  @Test
  void oneOfSeveralTargetsThatTakesMemoryItWasToldToFails() {
    List<Target> targets =
        List.of(
            new Target(Sturdy.class, List.of(new byte[] {1})),
            new Target(Gullible.class, List.of(new byte[] {1})));

    assertThatThrownBy(() -> FuzzRunner.runAll(BRIEFLY, targets))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("input in hex: 0101")
        .hasMessageContaining("Gullible.fuzzerTestOneInput");
  }

  @Test
  void aClassThatIsNoTargetFails() {
    assertThatThrownBy(() -> FuzzRunner.run(FuzzRunnerTest.class, BRIEFLY))
        .isInstanceOf(AssertionError.class);
  }
}
