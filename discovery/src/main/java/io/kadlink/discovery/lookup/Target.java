package io.kadlink.discovery.lookup;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.Keccak256;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * What a lookup aims at. discv4 sends the key, discv5 the distance to the id.
 *
 * @param id the point that distances are measured to
 * @param key 64 bytes whose Keccak-256 is the id; not necessarily a point on the curve
 */
public record Target(NodeId id, Bytes key) {

  /** The id of the node that has this key. */
  public static Target of(PublicKey key) {
    return new Target(key.id(), key.bytes());
  }

  /** A point at random; nobody has the key to it. */
  public static Target random(RandomGenerator random) {
    byte[] key = new byte[PublicKey.BYTES];
    random.nextBytes(key);
    return new Target(new NodeId(Bytes32.wrap(Keccak256.hash(key))), Bytes.wrap(key));
  }
}
