package io.kadlink.server.membership;

import io.kadlink.identity.testing.FuzzRunner;
import io.kadlink.identity.testing.FuzzRunner.Target;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The decoder of chains and the parser of certificates behind it, fuzzed briefly. */
class MembershipFuzzTest {
  private static final Duration BRIEFLY = Duration.ofSeconds(5);

  @Test
  void noChainMakesTheJudgeFailOrAdmitAStranger() {
    FuzzRunner.runAll(BRIEFLY, List.of(new Target(ChainFuzz.class, ChainFuzz.seeds())));
  }
}
