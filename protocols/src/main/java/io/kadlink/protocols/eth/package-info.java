/**
 * The eth protocol, eth/68 and eth/69, on any {@code Chain}: {@link io.kadlink.protocols.eth.Eth}
 * is what a program puts into its server.
 */
@NullMarked
package io.kadlink.protocols.eth;

import org.jspecify.annotations.NullMarked;
