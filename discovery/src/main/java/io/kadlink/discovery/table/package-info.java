/**
 * The Kademlia table, shared by discv4 and discv5: buckets of nodes by distance from the local
 * node, with replacements, limits per network, and liveness checks. Nodes enter and leave through
 * {@link io.kadlink.discovery.table.Table}; how a node is pinged is handed in.
 */
@NullMarked
package io.kadlink.discovery.table;

import org.jspecify.annotations.NullMarked;
