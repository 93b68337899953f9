package io.kadlink.server.admission;

import io.kadlink.identity.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What admission needs to know about the connections there are. */
public interface Census {

  /** The session with this node, established or admitted and about to be. */
  Optional<Held> held(NodeId id);

  /** How many sessions there are, whatever they count against. */
  int total();

  /** How many sessions with nodes of this network there are, those in {@link Slot#FREE} aside. */
  int within(Cidr network);

  /** The sessions that count against a limit, oldest first. */
  List<NodeId> evictable();

  /** How many sessions count against {@code slot}. */
  int taken(Slot slot);

  /**
   * Whether a connection with this node in the given direction is on its way: a dial of ours, or an
   * inbound one that has proven who it is.
   */
  boolean underway(NodeId id, boolean inbound);

  /**
   * A session's direction and age.
   *
   * @param established whether it is there; else it was admitted and should be there in a moment,
   *     unless its connection died
   * @param inbound whether it dialed us
   * @param age since it was admitted
   */
  record Held(boolean established, boolean inbound, Duration age) {}
}
