/**
 * The accounts at one block: a trie of them with the changes made on top. No networking; where the
 * nodes of the trie are kept is handed in.
 */
@NullMarked
package io.kadlink.protocols.eth.state;

import org.jspecify.annotations.NullMarked;
