/**
 * How a node that is behind catches up: whose chain it follows, where that leaves ours, its headers
 * from one peer, their bodies from all. Lives on the protocol's loop.
 */
@NullMarked
package io.kadlink.protocols.eth.sync;

import org.jspecify.annotations.NullMarked;
