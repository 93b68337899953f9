/** What simulated networks go through, and what must hold then. */
@NullMarked
package io.kadlink.testnet.sim.scenario;

import org.jspecify.annotations.NullMarked;
