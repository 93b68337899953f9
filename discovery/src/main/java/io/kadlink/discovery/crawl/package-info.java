/**
 * Visits every node of a network: asks each for its record and for the nodes it knows, as many at a
 * time as told, and keeps score of who answered. What is kept of a node has the shape of geth's
 * {@code nodes.json}. Works on {@link io.kadlink.discovery.lookup.DiscoveryProtocol}s; files and
 * statistics live above.
 */
@NullMarked
package io.kadlink.discovery.crawl;

import org.jspecify.annotations.NullMarked;
