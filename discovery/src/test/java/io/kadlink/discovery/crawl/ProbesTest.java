package io.kadlink.discovery.crawl;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.lookup.Target;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.crypto.Keccak256;
import java.util.Optional;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

class ProbesTest {
  private static final Random RANDOM = new Random(5);

  private final Probes probes = new Probes(RANDOM);

  private static NodeId anyId() {
    return Target.random(RANDOM).id();
  }

  @Test
  void aTargetIsInTheBucketThatIsWantedAndItsKeyHashesToIt() {
    for (int i = 0; i < 200; i++) {
      NodeId node = anyId();
      for (int distance = 256; distance > 249; distance--) {
        Target target = probes.at(node, distance).orElseThrow();
        assertThat(node.logDistance(target.id())).isEqualTo(distance);
        assertThat(Keccak256.hash(target.key().toArray())).isEqualTo(target.id().bytes().toArray());
      }
    }
  }

  @Test
  void deepBucketsAreReachedOrHonestlyEmpty() {
    int reached = 0;
    for (int i = 0; i < 200; i++) {
      NodeId node = anyId();
      for (int distance = 249; distance >= 244; distance--) {
        Optional<Target> target = probes.at(node, distance);
        int wanted = distance;
        target.ifPresent(found -> assertThat(node.logDistance(found.id())).isEqualTo(wanted));
        reached += target.isPresent() ? 1 : 0;
      }
    }
    assertThat(reached).isGreaterThan(800);
  }

  @Test
  void distancesThatNoKeyReachesHaveNoTarget() {
    assertThat(probes.at(anyId(), 200)).isEmpty();
    assertThat(probes.at(anyId(), 0)).isEmpty();
    assertThat(probes.at(new NodeId(Bytes32.ZERO), 257)).isEmpty();
  }
}
