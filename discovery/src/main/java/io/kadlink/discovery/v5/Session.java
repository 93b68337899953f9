package io.kadlink.discovery.v5;

import io.kadlink.discovery.table.Contact;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** Keys shared with a node at an endpoint, and what is known of it. */
final class Session {
  /** Nonces hold a counter of 32 bits; no key is ever used that long. */
  private static final int MAX_SENT = Integer.MAX_VALUE;

  final Remote remote;
  final long madeNanos;
  private final AesGcm writing;
  private final AesGcm reading;
  private int sent;

  /** The node, with its newest record that we saw. */
  Contact contact;

  /** Whether the node answered a request of ours from this endpoint. */
  boolean answered;

  /** When it did last. */
  long answeredNanos;

  /** The session before this one: packets under its keys may still be on their way. */
  @Nullable Session previous;

  Session(Remote remote, Contact contact, Bytes writeKey, Bytes readKey, long madeNanos) {
    this.remote = remote;
    this.contact = contact;
    this.writing = new AesGcm(writeKey);
    this.reading = new AesGcm(readKey);
    this.madeNanos = madeNanos;
  }

  /** A nonce that was not used with this session before. */
  Nonce nextNonce(Randomness random) {
    return new Nonce(sent++, random.nextLong());
  }

  boolean isWornOut() {
    return sent == MAX_SENT;
  }

  AesGcm writing() {
    return writing;
  }

  /** The message, or null when it was not sealed under this session. */
  byte @Nullable [] open(Packet.SealedMessage message, Nonce nonce) {
    return reading.open(message.datagram().toArrayUnsafe(), message.offset(), nonce);
  }
}
