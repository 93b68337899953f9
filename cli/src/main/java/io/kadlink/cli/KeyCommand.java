package io.kadlink.cli;

import io.kadlink.identity.NodeKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink key}: node keys in files. */
@Command(name = "key", description = "Make and look at node keys.", mixinStandardHelpOptions = true)
final class KeyCommand implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  KeyCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "key generate, or key inspect?");
  }

  @Command(
      name = "generate",
      description = "Writes a fresh node key to FILE, readable by its owner alone.",
      mixinStandardHelpOptions = true)
  void generate(
      @Parameters(paramLabel = "FILE", description = "Must not exist yet.") Path file,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    if (Files.exists(file)) {
      throw new CommandFailure(
          file + " exists already; a key is never overwritten. Name another file, or remove it.");
    }
    NodeKey key = NodeKey.generate();
    try {
      key.save(file);
    } catch (IOException e) {
      throw new CommandFailure("The key can't be written: " + e.getMessage(), e);
    }
    print(key, json);
  }

  @Command(
      name = "inspect",
      description = "Prints the public key and node id of the key in FILE; never the secret.",
      mixinStandardHelpOptions = true)
  void inspect(
      @Parameters(paramLabel = "FILE", description = "64 hex digits.") Path file,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    try {
      print(NodeKey.load(file), json);
    } catch (IOException e) {
      throw new CommandFailure("No key there: " + e.getMessage(), e);
    }
  }

  private void print(NodeKey key, boolean json) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("publicKey", key.publicKey().toString());
    fields.put("compressed", key.publicKey().compressed().toUnprefixedHexString());
    fields.put("nodeId", key.id().toString());
    Output.print(spec, fields, json, Optional.empty());
  }
}
