/**
 * One eth session: what the other end knows and claims, and the questions it has not answered yet.
 * Lives on the protocol's loop; the parts that gossip and sync share it.
 */
@NullMarked
package io.kadlink.protocols.eth.peer;

import org.jspecify.annotations.NullMarked;
