/**
 * Membership by certificate: which organisation stands for a node's key, by X.509 chains that nodes
 * show in their Hello (docs/protocols/membership.md), and the authorities that issue them. Judges
 * values and reads files; no network, no clock but the one handed in.
 */
@NullMarked
package io.kadlink.server.membership;

import org.jspecify.annotations.NullMarked;
