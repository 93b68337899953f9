/**
 * What a node has been worth: a trust metric fed by what protocols and the server report of it, and
 * the bans that follow. No I/O, no thread of its own.
 */
@NullMarked
package io.kadlink.server.reputation;

import org.jspecify.annotations.NullMarked;
