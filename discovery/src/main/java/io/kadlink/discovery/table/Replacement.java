package io.kadlink.discovery.table;

import java.time.Instant;

/** A node waiting for a place in a bucket. */
record Replacement(Contact contact, Instant added) {}
