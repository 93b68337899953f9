package io.kadlink.testnet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The node processes of one run. */
public final class Network implements AutoCloseable {
  private final Path jar;
  private final Path directory;
  private final Ports ports;
  private final List<NodeProcess> nodes = new CopyOnWriteArrayList<>();

  /**
   * A network without nodes.
   *
   * @param jar {@code kadlink.jar}
   * @param directory where each node gets a folder of its name
   */
  public Network(Path jar, Path directory, Ports ports) {
    this.jar = jar;
    this.directory = directory;
    this.ports = ports;
  }

  /** Launches one more node; {@code extra} are its arguments besides address, data and ports. */
  public NodeProcess launch(String... extra) throws IOException {
    int index = nodes.size();
    String name = "node" + index;
    Path home = directory.resolve(name);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--data-dir", home.toString(), "--host", "127.0.0.1"));
    arguments.addAll(List.of("--port", Integer.toString(ports.devp2p(index))));
    arguments.addAll(List.of("--rpc-port", Integer.toString(ports.rpc(index))));
    arguments.addAll(List.of("--log-level", "debug"));
    arguments.addAll(List.of(extra));
    NodeProcess node = new NodeProcess(name, jar, arguments, home, ports.rpc(index));
    nodes.add(node);
    node.launch();
    return node;
  }

  List<NodeProcess> nodes() {
    return List.copyOf(nodes);
  }

  NodeProcess node(int index) {
    return nodes.get(index);
  }

  /** Ends all processes: SIGTERM to all at once, then waits for each. */
  @Override
  public void close() {
    nodes.forEach(NodeProcess::close);
    for (NodeProcess node : nodes) {
      try {
        node.awaitGone();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
