/**
 * DNS node lists (EIP-1459): entries as records with a strict codec, a publisher that makes and
 * signs trees, and a client that walks trees through a resolver and hands out their nodes. Knows
 * records and the node source interface; knows nothing of tables and UDP discovery.
 */
@NullMarked
package io.kadlink.discovery.dns;

import org.jspecify.annotations.NullMarked;
