/**
 * Publish and subscribe over devp2p sessions, capability {@code pubsub/1}
 * (docs/protocols/pubsub.md). {@link io.kadlink.protocols.pubsub.PubSub} is what programs use from
 * any thread; behind it a router confined to the protocol's loop keeps meshes and passes messages
 * on. The codec is in {@code wire}.
 */
@NullMarked
package io.kadlink.protocols.pubsub;

import org.jspecify.annotations.NullMarked;
