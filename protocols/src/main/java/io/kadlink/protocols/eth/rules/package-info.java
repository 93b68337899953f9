/**
 * The rules of the Ethereum execution layer as far as they need neither a state nor an EVM: forks,
 * fees, gas, and what headers, bodies and transactions must keep to. Pure functions; no state, no
 * network.
 */
@NullMarked
package io.kadlink.protocols.eth.rules;

import org.jspecify.annotations.NullMarked;
