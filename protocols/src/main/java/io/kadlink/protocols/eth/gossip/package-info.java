/**
 * How new transactions and new blocks travel: to whom they are told, and how what others announce
 * is fetched. Lives on the protocol's loop.
 */
@NullMarked
package io.kadlink.protocols.eth.gossip;

import org.jspecify.annotations.NullMarked;
