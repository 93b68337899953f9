/**
 * Blocks, headers, transactions and receipts as values, and the {@code Chain} interface that the
 * eth protocol talks to. No networking.
 */
@NullMarked
package io.kadlink.protocols.eth.chain;

import org.jspecify.annotations.NullMarked;
