package io.kadlink.cli;

import io.kadlink.discovery.Node;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink resolve}: a node's newest record and endpoint. */
@Command(
    name = "resolve",
    description = {
      "Print a node's newest record and where it answers.",
      "The node itself is asked first; when it is silent, it is looked for through --bootnodes."
    },
    mixinStandardHelpOptions = true)
final class ResolveCommand implements Callable<Integer> {
  /** A lookup asks up to 128 nodes, three at a time, half a second each when they are silent. */
  private static final Duration LOOKUP_LIMIT = Duration.ofSeconds(30);

  @Spec private CommandSpec spec;
  @Mixin private LogOptions log;
  @Mixin private DiscoveryNetwork network;
  @Mixin private AnswerLimit limit;

  @Parameters(paramLabel = "NODE", description = "enode URL, ENR, or public key of 128 hex digits.")
  private String node;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init")
  ResolveCommand() {}

  @Override
  public Integer call() {
    log.applyQuietly();
    NodeTarget target = NodeTarget.parse(node);
    List<Enode> bootnodes = network.bootnodes();
    if (target.at().isEmpty() && bootnodes.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "NODE has no address, so it can only be found through --bootnodes");
    }
    List<InetAddress> near = new ArrayList<>();
    target.at().ifPresent(contact -> near.add(contact.address()));
    bootnodes.forEach(bootnode -> near.add(bootnode.udpEndpoint().getAddress()));
    try (DiscoveryClient client = DiscoveryClient.open(network.versions(), near, bootnodes)) {
      Optional<Node> direct = ask(client, target, bootnodes.isEmpty());
      Node found = direct.orElseGet(() -> find(client, target));
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("source", direct.isPresent() ? "the node itself" : "a lookup");
      fields.putAll(FoundNode.fields(found));
      Output.print(spec, fields, json, Optional.empty());
    }
    return 0;
  }

  /** The node with the record it gives itself; empty when it is silent and there is another way. */
  private Optional<Node> ask(DiscoveryClient client, NodeTarget target, boolean onlyWay) {
    if (target.at().isEmpty()) {
      return Optional.empty();
    }
    try {
      NodeRecord record =
          Waiting.on(
              client.service().requestRecord(FoundNode.of(target.at().get())),
              limit.duration(),
              "No record from " + target.at().get());
      return Optional.of(FoundNode.of(target.at().get().withRecord(record)));
    } catch (CommandFailure e) {
      if (onlyWay) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private Node find(DiscoveryClient client, NodeTarget target) {
    client.awaitBootnode(limit.duration());
    return Waiting.on(client.service().resolve(target.key()), LOOKUP_LIMIT, "The lookup failed")
        .orElseThrow(
            () -> new CommandFailure("Nobody knows where node " + target.key().id() + " is"));
  }
}
