package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.MessageId;

/**
 * A message is out.
 *
 * @param id its id
 * @param peers how many peers it was sent to; with 0 it can still be fetched for some heartbeats
 */
public record Published(MessageId id, int peers) {}
