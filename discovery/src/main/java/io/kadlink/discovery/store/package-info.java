/**
 * The node database: what is worth knowing about nodes after a restart, in one H2 MVStore file.
 * {@code NodeDatabase} is its face on the discovery loop and never blocks it; {@code NodeStore} is
 * the file itself, {@code StoreWriter} what stands between them. Knows contacts and the versions of
 * the protocol; knows nothing of packets, tables or lookups.
 */
@NullMarked
package io.kadlink.discovery.store;

import org.jspecify.annotations.NullMarked;
