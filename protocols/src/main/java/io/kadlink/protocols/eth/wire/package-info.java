/**
 * What is said on the eth protocol (devp2p caps/eth.md): messages as records, and one codec for all
 * versions. Knows blocks and transactions as values; no logic, no I/O.
 */
@NullMarked
package io.kadlink.protocols.eth.wire;

import org.jspecify.annotations.NullMarked;
