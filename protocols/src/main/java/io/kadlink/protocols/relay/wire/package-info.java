/**
 * The messages of {@code relay/1}, their codec, and the {@code relay} entry of a node record. No
 * logic, no I/O.
 */
@NullMarked
package io.kadlink.protocols.relay.wire;

import org.jspecify.annotations.NullMarked;
