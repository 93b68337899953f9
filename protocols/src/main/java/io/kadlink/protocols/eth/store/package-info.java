/**
 * Tables of bytes in which a chain is kept, on disk or in memory, and the latest states on top of
 * the one on disk. Knows keys, values and trie nodes, no blocks.
 */
@NullMarked
package io.kadlink.protocols.eth.store;

import org.jspecify.annotations.NullMarked;
