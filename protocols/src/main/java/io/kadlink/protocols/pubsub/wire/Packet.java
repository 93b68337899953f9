package io.kadlink.protocols.pubsub.wire;

import java.util.List;

/**
 * What peers say to each other on pubsub/1 (docs/protocols/pubsub.md §Packets). The word message is
 * kept for what a publisher publishes.
 */
public sealed interface Packet {

  /** The message code it travels under. */
  int code();

  /** Changes of the sender's subscriptions (0x00). */
  record Subscriptions(List<Change> changes) implements Packet {
    public static final int CODE = 0x00;

    public Subscriptions {
      changes = List.copyOf(changes);
    }

    @Override
    public int code() {
      return CODE;
    }
  }

  /** One publication (0x01). */
  record Publish(Message message) implements Packet {
    public static final int CODE = 0x01;

    @Override
    public int code() {
      return CODE;
    }
  }

  /** The sender took the receiver into its mesh of each topic (0x02). */
  record Graft(List<Topic> topics) implements Packet {
    public static final int CODE = 0x02;

    public Graft {
      topics = List.copyOf(topics);
    }

    @Override
    public int code() {
      return CODE;
    }
  }

  /** The sender has the receiver in its mesh no longer (0x03). */
  record Prune(List<Pruned> pruned) implements Packet {
    public static final int CODE = 0x03;

    public Prune {
      pruned = List.copyOf(pruned);
    }

    @Override
    public int code() {
      return CODE;
    }
  }

  /** Ids of messages the sender can supply (0x04). */
  record IHave(List<Announcement> announcements) implements Packet {
    public static final int CODE = 0x04;

    public IHave {
      announcements = List.copyOf(announcements);
    }

    @Override
    public int code() {
      return CODE;
    }
  }

  /** Asks for messages by id (0x05). */
  record IWant(List<MessageId> ids) implements Packet {
    public static final int CODE = 0x05;

    public IWant {
      ids = List.copyOf(ids);
    }

    @Override
    public int code() {
      return CODE;
    }
  }

  /** The sender subscribes to a topic, or no longer does. */
  record Change(Topic topic, boolean subscribed) {}

  /**
   * A mesh link that ends.
   *
   * @param backoffSeconds how long neither side may GRAFT; 0 leaves it to the receiver
   */
  record Pruned(Topic topic, long backoffSeconds) {}

  /** Ids of recent messages of one topic. */
  record Announcement(Topic topic, List<MessageId> ids) {
    public Announcement {
      ids = List.copyOf(ids);
    }
  }
}
