/** What discovery costs: packets, the table, lookups, and a node under a flood. */
@NullMarked
package io.kadlink.bench.discovery;

import org.jspecify.annotations.NullMarked;
