/**
 * The built-in chain: genesis files, a store, an executor for value transfers, and a block producer
 * behind the {@code Chain} interface. No EVM: blocks that need one are checked in structure only.
 * No networking.
 */
@NullMarked
package io.kadlink.protocols.eth.dev;

import org.jspecify.annotations.NullMarked;
