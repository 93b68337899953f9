package io.kadlink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.testnet.RpcClient;
import java.io.IOException;
import java.net.ConnectException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which running node a command talks to. */
final class RunningNodeOption {
  @Option(
      names = "--rpc-port",
      paramLabel = "N",
      required = true,
      description = "The running node's --rpc-port, on this machine.")
  private int port;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the field
  RunningNodeOption() {}

  /**
   * @throws CommandFailure when the node can't be reached, or refuses
   */
  JsonNode call(String method, Object... params) {
    if (port < 1 || port > 65535) {
      throw new ParameterException(spec.commandLine(), "A port is 1 to 65535, not " + port);
    }
    try {
      return new RpcClient(port).call(method, params);
    } catch (ConnectException e) {
      throw new CommandFailure(
          "No node answers on JSON-RPC port " + port + "; start one with --rpc-port " + port, e);
    } catch (IOException e) {
      throw new CommandFailure("The node on JSON-RPC port " + port + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("Interrupted while the node was asked", e);
    }
  }
}
