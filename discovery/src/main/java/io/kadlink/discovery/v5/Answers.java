package io.kadlink.discovery.v5;

import io.kadlink.discovery.table.Addresses;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.v5.Message.FindNode;
import io.kadlink.discovery.v5.Message.Ping;
import io.kadlink.discovery.v5.Message.Pong;
import io.kadlink.discovery.v5.Message.TalkRequest;
import io.kadlink.discovery.v5.Message.TalkResponse;
import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes;

/** Answers requests, under the session and to the endpoint they came from. */
final class Answers {
  private final LocalNode local;
  private final Table table;
  private final Sender sender;
  private final Talks talks;

  Answers(LocalNode local, Table table, Sender sender, Talks talks) {
    this.local = local;
    this.table = table;
    this.sender = sender;
    this.talks = talks;
  }

  void answer(Message.Request request, Session session) {
    switch (request) {
      case Ping ping ->
          sender.message(
              session, new Pong(ping.requestId(), local.record().seq(), session.remote.udp()));
      case FindNode find ->
          NodesSplit.split(find.requestId(), records(find, session.remote.udp().getAddress()))
              .forEach(nodes -> sender.message(session, nodes));
      case TalkRequest talk ->
          talks.answer(
              session,
              talk,
              response -> sender.message(session, new TalkResponse(talk.requestId(), response)));
    }
  }

  /** In the order of the distances asked for; those that mean nothing are skipped. */
  private List<Bytes> records(FindNode find, InetAddress asker) {
    Set<Integer> distances = new LinkedHashSet<>(find.distances());
    List<Bytes> records = new ArrayList<>(NodesSplit.MAX_RECORDS);
    for (int distance : distances) {
      if (distance == 0) {
        records.add(local.record().encode());
      } else if (distance <= FindNode.MAX_DISTANCE) {
        for (Contact contact : table.provenAt(distance)) {
          contact
              .record()
              .filter(record -> mayTell(record, contact, asker))
              .ifPresent(record -> records.add(record.encode()));
        }
      }
      if (records.size() >= NodesSplit.MAX_RECORDS) {
        break;
      }
    }
    return records;
  }

  /** A record is only told when it names the very endpoint that the node has proven. */
  private static boolean mayTell(NodeRecord record, Contact contact, InetAddress asker) {
    return Endpoints.claims(record, contact.udp()) && Addresses.mayRelay(asker, contact.udp());
  }
}
