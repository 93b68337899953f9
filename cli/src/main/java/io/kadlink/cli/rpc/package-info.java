/** JSON-RPC over HTTP and WebSocket, metrics and health: what a running node answers. */
@NullMarked
package io.kadlink.cli.rpc;

import org.jspecify.annotations.NullMarked;
