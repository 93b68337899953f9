/**
 * Whom to dial, whom to admit, whom to keep, and the Protocol interface that subprotocols
 * implement.
 */
@NullMarked
package io.kadlink.server;

import org.jspecify.annotations.NullMarked;
