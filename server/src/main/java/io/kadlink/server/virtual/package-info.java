/**
 * A server without threads and sockets: one loop whose time is handed in, and a network of the
 * caller's own. For simulations. What comes in from outside is plain interfaces; Netty, which RLPx
 * runs on, stays in here.
 */
@NullMarked
package io.kadlink.server.virtual;

import org.jspecify.annotations.NullMarked;
