package io.kadlink.discovery.table;

import java.net.InetAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many nodes of one network a table takes, in all and in each bucket: whoever owns a network
 * must not fill the table with it. Confined to the table's loop.
 */
final class Places {
  private static final Logger log = LoggerFactory.getLogger(Places.class);

  private final AddressRules addresses;
  private final SubnetLimit all;

  /**
   * @param addresses says for which addresses limits count
   * @param most of one network in the whole table
   */
  Places(AddressRules addresses, int most) {
    this.addresses = addresses;
    this.all = new SubnetLimit(most);
  }

  /** Takes a place in a bucket; false when the network of {@code address} has all it may have. */
  boolean claim(Bucket bucket, InetAddress address) {
    if (!addresses.isLimited(address)) {
      return true;
    }
    if (!all.add(address)) {
      log.debug("{} not added: the table has enough nodes of its network", address);
      return false;
    }
    if (!bucket.subnets.add(address)) {
      all.remove(address);
      log.debug("{} not added: its bucket has enough nodes of its network", address);
      return false;
    }
    return true;
  }

  /** Gives a place back. */
  void release(Bucket bucket, InetAddress address) {
    if (addresses.isLimited(address)) {
      all.remove(address);
      bucket.subnets.remove(address);
    }
  }

  /** Gives a place back for another one; false, with everything as before, when there is none. */
  boolean move(Bucket bucket, InetAddress from, InetAddress to) {
    if (from.equals(to)) {
      return true;
    }
    release(bucket, from);
    if (claim(bucket, to)) {
      return true;
    }
    if (!claim(bucket, from)) {
      throw new IllegalStateException("a place just released is gone");
    }
    return false;
  }
}
