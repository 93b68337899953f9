package io.kadlink.cli;

import com.google.common.net.InetAddresses;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink enr}: node records (EIP-778). */
@Command(
    name = "enr",
    description = "Make, change and look at node records.",
    mixinStandardHelpOptions = true)
final class EnrCommand implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  EnrCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "enr create, enr decode, or enr update?");
  }

  @Command(
      name = "decode",
      description = "Checks a record's signature and prints what it says.",
      mixinStandardHelpOptions = true)
  void decode(
      @Parameters(paramLabel = "ENR", description = "The text form, enr:...") String text,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    NodeRecord record = parse(text);
    if (json) {
      print(fields(record), true);
      return;
    }
    Map<String, Object> lines = fields(record);
    lines.remove("entries");
    print(lines, false);
    PrintWriter out = spec.commandLine().getOut();
    out.println();
    Output.print(spec, RecordEntries.describe(record), false, Optional.empty());
  }

  @Command(
      name = "create",
      description = "Makes a record, signed with the key in FILE, and prints it.",
      mixinStandardHelpOptions = true)
  void create(
      @Option(
              names = "--key-file",
              paramLabel = "FILE",
              required = true,
              description = "The node key, 64 hex digits.")
          Path keyFile,
      @Mixin RecordFields fields,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    printSigned(fields.applyTo(NodeRecord.builder()), KeyFileOption.load(keyFile), json);
  }

  @Command(
      name = "update",
      description = "Changes entries of a record, raises its sequence number and signs it anew.",
      mixinStandardHelpOptions = true)
  void update(
      @Parameters(paramLabel = "ENR", description = "The record as it is, enr:...") String text,
      @Option(
              names = "--key-file",
              paramLabel = "FILE",
              required = true,
              description = "The key that signed it, 64 hex digits.")
          Path keyFile,
      @Mixin RecordFields fields,
      @Option(
              names = "--remove",
              paramLabel = "KEY",
              split = ",",
              description = "Entries to take away. Repeatable.")
          List<String> removed,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    NodeRecord record = parse(text);
    NodeKey key = KeyFileOption.load(keyFile);
    if (!key.publicKey().equals(record.publicKey())) {
      throw new CommandFailure(
          "The key in " + keyFile + " is of node " + key.id() + ", the record of " + record.id());
    }
    if (fields.isEmpty() && removed == null) {
      throw new ParameterException(spec.commandLine(), "What is to be changed? See --help.");
    }
    NodeRecord.Builder builder = changed(record, removed == null ? List.of() : removed);
    fields
        .seq()
        .filter(seq -> Long.compareUnsigned(seq, record.seq()) <= 0)
        .ifPresent(
            seq -> {
              throw new CommandFailure(
                  "--seq "
                      + Long.toUnsignedString(seq)
                      + ": others only take a record with a higher sequence number than "
                      + Long.toUnsignedString(record.seq()));
            });
    printSigned(fields.applyTo(builder), key, json);
  }

  private static NodeRecord.Builder changed(NodeRecord record, List<String> removed) {
    NodeRecord.Builder builder;
    try {
      builder = record.toBuilder();
    } catch (IllegalStateException e) {
      throw new CommandFailure("The record can't be updated: " + e.getMessage(), e);
    }
    for (String key : removed) {
      if (record.entry(key).isEmpty()) {
        throw new CommandFailure("--remove: the record has no entry \"" + key + "\"");
      }
      builder.remove(key);
    }
    return builder;
  }

  private void printSigned(NodeRecord.Builder builder, NodeKey key, boolean json) {
    NodeRecord record;
    try {
      record = builder.sign(key);
    } catch (InvalidRecordException e) {
      throw new CommandFailure("The record can't be made: " + e.getMessage(), e);
    }
    if (json) {
      print(fields(record), true);
    } else {
      PrintWriter out = spec.commandLine().getOut();
      out.println(record);
      out.flush();
    }
  }

  private static NodeRecord parse(String text) {
    try {
      return NodeRecord.parse(text);
    } catch (InvalidRecordException e) {
      throw new CommandFailure("Not a valid node record: " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> fields(NodeRecord record) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("enr", record.toString());
    fields.put("nodeId", record.id().toString());
    fields.put("publicKey", record.publicKey().toString());
    fields.put("seq", Long.toUnsignedString(record.seq()));
    record.enode().ifPresent(enode -> fields.put("enode", enode.toString()));
    record.udpEndpoint().ifPresent(at -> fields.put("udp", endpoint(at)));
    record.tcpEndpoint().ifPresent(at -> fields.put("tcp", endpoint(at)));
    fields.put("bytes", record.encode().size());
    Map<String, Object> entries = new LinkedHashMap<>();
    Map<String, String> described = RecordEntries.describe(record);
    record
        .entries()
        .forEach(
            (key, item) ->
                entries.put(
                    key,
                    Map.of(
                        "rlp", item.toHexString(),
                        "value", described.getOrDefault(RecordEntries.printable(key), ""))));
    fields.put("entries", entries);
    return fields;
  }

  private void print(Map<String, Object> fields, boolean json) {
    Output.print(spec, fields, json, Optional.empty());
  }

  private static String endpoint(InetSocketAddress at) {
    return InetAddresses.toUriString(at.getAddress()) + ":" + at.getPort();
  }
}
