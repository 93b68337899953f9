package io.kadlink.discovery.table;

import io.kadlink.identity.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The nodes of one distance: entries, and replacements for the day one of them is gone. */
final class Bucket {
  /** Kademlia's k. */
  static final int MAX_ENTRIES = 16;

  static final int MAX_REPLACEMENTS = 10;

  /** Nodes of one /24 (or IPv6 /64) in a bucket, replacements included. */
  static final int MAX_PER_SUBNET = 2;

  final List<Entry> entries = new ArrayList<>(MAX_ENTRIES);

  /** Newest first. */
  final Deque<Replacement> replacements = new ArrayDeque<>(MAX_REPLACEMENTS);

  final SubnetLimit subnets = new SubnetLimit(MAX_PER_SUBNET);

  @Nullable Entry find(NodeId id) {
    for (Entry entry : entries) {
      if (entry.contact.id().equals(id)) {
        return entry;
      }
    }
    return null;
  }

  @Nullable Replacement findReplacement(NodeId id) {
    for (Replacement replacement : replacements) {
      if (replacement.contact().id().equals(id)) {
        return replacement;
      }
    }
    return null;
  }

  boolean isFull() {
    return entries.size() >= MAX_ENTRIES;
  }
}
