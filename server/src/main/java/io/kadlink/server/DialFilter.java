package io.kadlink.server;

import io.kadlink.discovery.Node;
import java.util.Optional;

/** Says which of the nodes that discovery finds are not worth a dial. */
@FunctionalInterface
public interface DialFilter {

  /**
   * Why the node is not to be dialed, in words that follow "not dialed:"; empty when it may be.
   * Called on the server's loop: must not block.
   *
   * @param node comes without a record as long as that is not known
   */
  Optional<String> objection(Node node);
}
