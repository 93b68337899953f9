/**
 * A network of real node processes on loopback: launcher, scenarios with checks, live table and
 * report. Talks to the nodes over JSON-RPC only.
 */
@NullMarked
package io.kadlink.testnet;

import org.jspecify.annotations.NullMarked;
