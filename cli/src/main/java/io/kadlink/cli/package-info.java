/**
 * The command line: one class per command, and the putting together of a node from the parts of the
 * floors below. No protocol logic.
 */
@NullMarked
package io.kadlink.cli;

import org.jspecify.annotations.NullMarked;
