package io.kadlink.server.nat;

import io.kadlink.server.nat.wire.IpProtocol;
import java.net.InetAddress;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One router, spoken to in one protocol. Confined to the loop; a question at a time, which is
 * answered once, unless it is closed before.
 */
interface Gateway {

  MappingProtocol protocol();

  Route route();

  /** Finds out whether it is there, and whether it still has what it mapped. */
  void probe(Consumer<Probe> done);

  /** Asks for a mapping, or for a longer life of one. */
  void map(Wish wish, Consumer<Outcome> done);

  /** Ends a mapping; nobody waits longer for the answer than it takes to come. */
  void unmap(Mapping mapping, Runnable done);

  /** Calls off the question that is open. */
  void close();

  /** What a probe found. */
  enum Probe {
    /** It is there, and nothing speaks against what it mapped. */
    STEADY,
    /** It has forgotten its mappings, or has another address: ask for them again. */
    FORGETFUL,
    SILENT
  }

  /**
   * A mapping that is asked for.
   *
   * @param externalPort the one wanted
   */
  record Wish(IpProtocol protocol, int internalPort, int externalPort, Duration lifetime) {}

  /**
   * A mapping that was made.
   *
   * @param lifetime from now on
   */
  record Mapping(
      IpProtocol protocol,
      int internalPort,
      InetAddress externalAddress,
      int externalPort,
      Duration lifetime) {}

  /** What came of a wish. */
  sealed interface Outcome {}

  record Granted(Mapping mapping) implements Outcome {}

  record Refused(String why) implements Outcome {}

  record Silent() implements Outcome {}
}
