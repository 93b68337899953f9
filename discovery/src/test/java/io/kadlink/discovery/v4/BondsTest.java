package io.kadlink.discovery.v4;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeId;
import java.time.Duration;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

class BondsTest {
  private final VirtualTime time = new VirtualTime();
  private final Bonds bonds = new Bonds(time);

  private static Bonds.Endpoint endpoint(int number) {
    return new Bonds.Endpoint(
        new NodeId(Bytes32.leftPad(org.apache.tuweni.bytes.Bytes.ofUnsignedInt(number))),
        VirtualNetwork.address(1, 2, 3, 4).getAddress());
  }

  @Test
  void aProofHoldsFor24Hours() {
    bonds.proven(endpoint(1));
    time.pass(Bonds.VALID.minusNanos(1));
    assertThat(bonds.isProven(endpoint(1))).isTrue();
    time.pass(Duration.ofNanos(1));
    assertThat(bonds.isProven(endpoint(1))).isFalse();
  }

  @Test
  void weCountOnTheOtherSideToRememberForLess() {
    bonds.provenToThem(endpoint(1));
    time.pass(Bonds.THEIRS_VALID.minusNanos(1));
    assertThat(bonds.isProvenToThem(endpoint(1))).isTrue();
    time.pass(Duration.ofNanos(1));
    assertThat(bonds.isProvenToThem(endpoint(1))).isFalse();
  }

  @Test
  void theTwoDirectionsAreApart() {
    bonds.provenToThem(endpoint(1));
    assertThat(bonds.isProven(endpoint(1))).isFalse();
    bonds.proven(endpoint(2));
    assertThat(bonds.isProvenToThem(endpoint(2))).isFalse();
  }

  @Test
  void theLeastRecentlyUsedProofGoesWhenThereAreTooMany() {
    for (int i = 0; i < Bonds.MAX_PROOFS; i++) {
      bonds.proven(endpoint(i));
    }
    assertThat(bonds.isProven(endpoint(0))).isTrue(); // and is now recently used
    bonds.proven(endpoint(Bonds.MAX_PROOFS));
    assertThat(bonds.isProven(endpoint(0))).isTrue();
    assertThat(bonds.isProven(endpoint(1))).isFalse();
    assertThat(bonds.isProven(endpoint(2))).isTrue();
  }
}
