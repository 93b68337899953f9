package io.kadlink.server.admission;

import io.kadlink.identity.NodeId;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.time.Duration;
import java.util.Optional;

/** What is to be done with a connection. */
public sealed interface Decision {

  /**
   * It may go on, and will take this slot.
   *
   * @param instead whose session ends to make room for it
   */
  record Admit(Slot slot, Optional<NodeId> instead) implements Decision {
    public Admit(Slot slot) {
      this(slot, Optional.empty());
    }
  }

  /**
   * It has to go.
   *
   * @param rule which rule it fails
   * @param why one sentence for a person
   */
  record Refuse(Rule rule, String why) implements Decision {
    public DisconnectReason reason() {
      return rule.reason();
    }
  }

  /**
   * Another connection with the same node is about to be settled: ask again when something changed
   * for this node, or after {@code atMost} with no more patience.
   */
  record Hold(Duration atMost, String why) implements Decision {}
}
