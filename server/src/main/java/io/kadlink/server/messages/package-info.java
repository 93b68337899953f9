/**
 * Protocols with typed messages: a table of codes and codecs, questions that are matched with their
 * answers, handlers that may block. For those who write protocols; the server itself knows only
 * {@link io.kadlink.server.Protocol}.
 */
@NullMarked
package io.kadlink.server.messages;

import org.jspecify.annotations.NullMarked;
