package io.kadlink.server;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.Node;
import io.kadlink.discovery.NodeSource;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.dial.DialTarget;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a server asks discovery, where it has one; answers come on the server's loop.
 *
 * @param source new nodes; none are looked for where no slots are for them
 */
record Scouts(Loop loop, Optional<Discovery> discovery, Optional<NodeSource> source) {

  /** Before there is a network: nobody knows anything. */
  static Scouts none(Loop loop) {
    return new Scouts(loop, Optional.empty(), Optional.empty());
  }

  /** Where a node is; empty when nobody knows. */
  void find(DialTarget target, Consumer<Optional<Node>> done) {
    if (discovery.isEmpty()) {
      loop.execute(() -> done.accept(Optional.empty()));
      return;
    }
    discovery
        .get()
        .resolve(target.publicKey())
        .whenComplete(
            (found, failure) ->
                loop.execute(() -> done.accept(failure == null ? found : Optional.empty())));
  }

  /** New nodes, some of them, in time; never where there is no source. */
  void pull(int max, Consumer<List<Node>> done) {
    if (source.isPresent()) {
      source
          .get()
          .pull(max)
          .whenComplete(
              (nodes, failure) ->
                  loop.execute(() -> done.accept(failure == null ? nodes : List.of())));
    }
  }

  /** Looks whether the record of a peer that came by itself is known. */
  void findRecord(Session session) {
    if (session.record().isPresent() || discovery.isEmpty()) {
      return;
    }
    discovery
        .get()
        .table()
        .thenAccept(
            nodes ->
                nodes.stream()
                    .filter(node -> node.id().equals(session.id()))
                    .flatMap(node -> node.record().stream())
                    .findFirst()
                    .ifPresent(session::setRecord));
  }
}
