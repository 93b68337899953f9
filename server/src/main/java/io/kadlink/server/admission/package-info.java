/**
 * Whom to let in: decisions as values, taken from what is known of a connection at each step. No
 * I/O.
 */
@NullMarked
package io.kadlink.server.admission;

import org.jspecify.annotations.NullMarked;
