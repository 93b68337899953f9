/**
 * Nodes on the local network by multicast DNS (RFC 6762, RFC 6763), off unless asked for: our
 * record is announced as a service, and verified records of others become a node source. Knows
 * records and the node source interface; knows nothing of tables and UDP discovery.
 */
@NullMarked
package io.kadlink.discovery.mdns;

import org.jspecify.annotations.NullMarked;
