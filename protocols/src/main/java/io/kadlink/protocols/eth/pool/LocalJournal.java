package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node's own transactions, kept until they are in a block, so that a restart loses none. */
final class LocalJournal {
  private static final Logger LOG = LoggerFactory.getLogger(LocalJournal.class);

  private final Shelf shelf;

  LocalJournal(Shelf shelf) {
    this.shelf = shelf;
  }

  void put(PooledTransaction pooled) throws IOException {
    shelf.put(name(pooled.hash()), PooledTransactionCodec.encode(pooled));
  }

  void remove(Bytes32 hash) {
    shelf.remove(name(hash));
  }

  /** All there are, in the order of their nonces. */
  List<PooledTransaction> all() {
    List<PooledTransaction> all = new ArrayList<>();
    for (String name : shelf.names()) {
      Optional<Bytes> encoded = shelf.get(name);
      if (encoded.isPresent()) {
        try {
          all.add(PooledTransactionCodec.decode(encoded.get()));
        } catch (InvalidRlpException e) {
          LOG.warn("a transaction of our own is lost, its file {} is damaged", name, e);
          shelf.remove(name);
        }
      }
    }
    all.sort(
        Comparator.comparing(
            pooled -> pooled.transaction().payload().nonce(), Long::compareUnsigned));
    return all;
  }

  private static String name(Bytes32 hash) {
    return hash.toUnprefixedHexString();
  }
}
