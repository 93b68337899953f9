/**
 * Whom to dial and when: static nodes kept up, discovery's candidates for the free slots, and the
 * reason why a known node is not a peer. Knows neither sockets nor threads: what it decides goes
 * out through an interface the server implements.
 */
@NullMarked
package io.kadlink.server.dial;

import org.jspecify.annotations.NullMarked;
