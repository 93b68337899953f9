/**
 * The Merkle-Patricia trie (yellow paper, appendix D) over a store of nodes. Knows bytes and
 * hashes, no account and no block.
 */
@NullMarked
package io.kadlink.protocols.eth.trie;

import org.jspecify.annotations.NullMarked;
