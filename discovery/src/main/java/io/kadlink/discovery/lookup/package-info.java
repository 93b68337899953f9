/**
 * Iterative lookups over a table, and when to make them: bootstrap and refresh. What a query is on
 * the wire is handed in, so both protocol versions share this.
 */
@NullMarked
package io.kadlink.discovery.lookup;

import org.jspecify.annotations.NullMarked;
