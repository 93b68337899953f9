/**
 * For tests of protocols: a loop whose time the test moves, peers that record what they are sent, a
 * network in memory, and real servers on loopback in few lines.
 */
@NullMarked
package io.kadlink.server.testing;

import org.jspecify.annotations.NullMarked;
