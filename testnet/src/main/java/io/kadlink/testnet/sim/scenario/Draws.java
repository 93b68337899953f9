package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.v5.MaskingIv;
import io.kadlink.discovery.v5.Nonce;
import io.kadlink.discovery.v5.PacketCodec;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;

/** What an attacker draws by lot for a discv5 packet. */
record Draws(RandomGenerator random) {

  byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  MaskingIv iv() {
    return new MaskingIv(random.nextLong(), random.nextLong());
  }

  Nonce nonce() {
    return new Nonce(random.nextInt(), random.nextLong());
  }

  /** The data of a challenge that answers the packet with that nonce, from one who knows nobody. */
  Bytes challenge(Nonce answered) {
    return PacketCodec.challengeData(iv(), answered, random.nextLong(), random.nextLong(), 0);
  }
}
