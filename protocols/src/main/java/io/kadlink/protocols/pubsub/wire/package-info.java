/**
 * What pubsub/1 says on the wire: topics, signed messages and the codec (docs/protocols/pubsub.md).
 * No state and no I/O.
 */
@NullMarked
package io.kadlink.protocols.pubsub.wire;

import org.jspecify.annotations.NullMarked;
