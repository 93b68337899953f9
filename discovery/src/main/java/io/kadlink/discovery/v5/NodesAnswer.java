package io.kadlink.discovery.v5;

import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;

/** Gathers the NODES messages that answer one FINDNODE, and checks what they tell. */
final class NodesAnswer implements Call.Answer {
  /** Messages taken for one question: one for each record, at the most. */
  static final int MAX_MESSAGES = NodesSplit.MAX_RECORDS;

  private final Remote asked;
  private final Set<Integer> distances;
  private final Traffic traffic;
  private final Consumer<Optional<List<NodeRecord>>> done;
  private final List<NodeRecord> found = new ArrayList<>();
  private final Set<NodeId> ids = new LinkedHashSet<>();
  private int records;
  private int messages;
  private int total;

  /**
   * @param done the records told at these distances, or empty when there was no answer at all
   */
  NodesAnswer(
      Remote asked,
      List<Integer> distances,
      Traffic traffic,
      Consumer<Optional<List<NodeRecord>>> done) {
    this.asked = asked;
    this.distances = new LinkedHashSet<>(distances);
    this.traffic = traffic;
    this.done = done;
  }

  @Override
  public boolean take(Call call, Message.Response response) {
    Message.Nodes nodes = (Message.Nodes) response;
    if (messages == 0) {
      // The first message says how many there are; what later ones say is not believed.
      total = Math.max(1, Math.min(nodes.total(), MAX_MESSAGES));
    }
    messages++;
    for (Bytes record : nodes.records()) {
      if (records == NodesSplit.MAX_RECORDS) {
        traffic.drop(DropReason.BAD_NODE, asked.udp(), "more than was asked for");
        return true;
      }
      records++;
      check(record);
    }
    return messages == total;
  }

  @Override
  public void ended() {
    done.accept(messages == 0 ? Optional.empty() : Optional.of(List.copyOf(found)));
  }

  private void check(Bytes rlp) {
    try {
      NodeRecord record = NodeRecord.decode(rlp);
      if (!distances.contains(asked.id().logDistance(record.id()))) {
        traffic.drop(DropReason.BAD_NODE, asked.udp(), "not at a distance that was asked for");
      } else if (ids.add(record.id())) {
        found.add(record);
      } else {
        traffic.drop(DropReason.BAD_NODE, asked.udp(), "told of twice");
      }
    } catch (InvalidRecordException e) {
      traffic.drop(DropReason.BAD_RECORD, asked.udp(), String.valueOf(e.getMessage()));
    }
  }
}
