package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.dev.ChainStore.Standing;
import io.kadlink.protocols.eth.dev.DevChain.Head;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes32;

/** What a store must hold for a chain to go on from it. */
final class StoredGenesis {
  private StoredGenesis() {}

  /**
   * Writes the genesis block and state into an empty store, and checks that any other store is of
   * the same chain. Returns the genesis hash.
   */
  static Bytes32 ensure(ChainStore store, Genesis genesis) throws IOException {
    Optional<Bytes32> stored = store.genesis();
    if (stored.isPresent()) {
      Bytes32 expected = genesis.block().header().hash();
      if (!stored.get().equals(expected)) {
        throw new IOException(
            "the chain store "
                + store.name()
                + " has genesis "
                + stored.get()
                + ", not "
                + expected
                + ": use the genesis it was made with, or another directory");
      }
      return expected;
    }
    Block block = genesis.block(store.genesisNodes());
    Bytes32 hash = block.header().hash();
    store.put(block, Optional.of(List.of()), new Standing(block.header().difficulty(), true));
    store.putCanonical(block);
    store.putHead(hash);
    store.putGenesis(block.header());
    store.commit(block.header());
    return hash;
  }

  /** The head of a store, which must be whole. */
  static Head head(ChainStore store) throws IOException {
    Bytes32 hash = store.head().orElseThrow(() -> damaged(store, "it has no head"));
    BlockHeader header =
        store.header(hash).orElseThrow(() -> damaged(store, "the head " + hash + " is missing"));
    Standing standing =
        store.standing(hash).orElseThrow(() -> damaged(store, "the head has no standing"));
    if (!store.canonicalHash(header.number()).equals(Optional.of(hash))) {
      throw damaged(store, "the head " + header + " is not canonical");
    }
    return new Head(header, standing);
  }

  static IOException damaged(ChainStore store, String problem) {
    return new IOException("the chain store " + store.name() + " is damaged: " + problem);
  }
}
