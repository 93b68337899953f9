/** What the eth protocol computes: decoding headers and transactions, senders, roots of bodies. */
@NullMarked
package io.kadlink.bench.eth;

import org.jspecify.annotations.NullMarked;
