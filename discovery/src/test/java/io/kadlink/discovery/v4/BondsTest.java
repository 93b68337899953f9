package io.kadlink.discovery.v4;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeId;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

class BondsTest {
  private final VirtualTime time = new VirtualTime();
  private final Bonds bonds = new Bonds(time);

  private static final InetSocketAddress AT = VirtualNetwork.address(1, 2, 3, 4);

  private static NodeId id(int number) {
    return new NodeId(Bytes32.leftPad(Bytes.ofUnsignedInt(number)));
  }

  private static Bonds.Endpoint endpoint(int number) {
    return new Bonds.Endpoint(id(number), AT.getAddress());
  }

  @Test
  void aProofHoldsFor24Hours() {
    bonds.proven(id(1), AT);
    time.pass(Bonds.VALID.minusNanos(1));
    assertThat(bonds.isProven(endpoint(1))).isTrue();
    time.pass(Duration.ofNanos(1));
    assertThat(bonds.isProven(endpoint(1))).isFalse();
  }

  @Test
  void aProofIsForTheAddressButItIsKnownFromWhichPortItCame() {
    InetSocketAddress other = new InetSocketAddress(AT.getAddress(), AT.getPort() + 1);
    bonds.proven(id(1), AT);
    assertThat(bonds.isProvenAt(id(1), AT)).isTrue();
    assertThat(bonds.isProvenAt(id(1), other)).isFalse();
    assertThat(bonds.isProvenAt(id(2), AT)).isFalse();
    bonds.proven(id(1), other);
    assertThat(bonds.isProvenAt(id(1), AT)).isFalse();
    assertThat(bonds.isProvenAt(id(1), other)).isTrue();
    assertThat(bonds.isProven(endpoint(1))).isTrue();
  }

  @Test
  void aProofIsFreshForSeconds() {
    bonds.proven(id(1), AT);
    time.pass(Bonds.FRESH.minusNanos(1));
    assertThat(bonds.isFreshlyProvenAt(id(1), AT)).isTrue();
    time.pass(Duration.ofNanos(1));
    assertThat(bonds.isFreshlyProvenAt(id(1), AT)).isFalse();
    assertThat(bonds.isProvenAt(id(1), AT)).isTrue();
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
    bonds.proven(id(2), AT);
    assertThat(bonds.isProvenToThem(endpoint(2))).isFalse();
  }

  @Test
  void theLeastRecentlyUsedProofGoesWhenThereAreTooMany() {
    for (int i = 0; i < Bonds.MAX_PROOFS; i++) {
      bonds.proven(id(i), AT);
    }
    assertThat(bonds.isProven(endpoint(0))).isTrue(); // and is now recently used
    bonds.proven(id(Bonds.MAX_PROOFS), AT);
    assertThat(bonds.isProven(endpoint(0))).isTrue();
    assertThat(bonds.isProven(endpoint(1))).isFalse();
    assertThat(bonds.isProven(endpoint(2))).isTrue();
  }
}
