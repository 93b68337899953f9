/**
 * Runs that do to node processes what happens to machines, and state what must hold then: behind
 * the scripts in {@code testnet/faults}. Talks to the nodes over JSON-RPC, and looks at their files
 * while they are down.
 */
@NullMarked
package io.kadlink.testnet.faults;

import org.jspecify.annotations.NullMarked;
