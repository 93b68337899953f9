/**
 * A transaction pool that judges by the rules of the chain and by the accounts at its head, which
 * the chain hands in. No networking; what is kept on disk is in the files it is given.
 */
@NullMarked
package io.kadlink.protocols.eth.pool;

import org.jspecify.annotations.NullMarked;
