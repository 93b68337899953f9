package io.kadlink.cli;

import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink enr}: node records (EIP-778). */
@Command(name = "enr", description = "Look at node records.", mixinStandardHelpOptions = true)
final class EnrCommand implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  EnrCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "enr decode ENR?");
  }

  @Command(
      name = "decode",
      description = "Checks a record's signature and prints what it says.",
      mixinStandardHelpOptions = true)
  void decode(
      @Parameters(paramLabel = "ENR", description = "The text form, enr:...") String text,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    NodeRecord record;
    try {
      record = NodeRecord.parse(text);
    } catch (InvalidRecordException e) {
      throw new CommandFailure("Not a valid node record: " + e.getMessage(), e);
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("nodeId", record.id().toString());
    fields.put("publicKey", record.publicKey().toString());
    fields.put("seq", Long.toUnsignedString(record.seq()));
    record.enode().ifPresent(enode -> fields.put("enode", enode.toString()));
    record.udpEndpoint().ifPresent(at -> fields.put("udp", endpoint(at)));
    record.tcpEndpoint().ifPresent(at -> fields.put("tcp", endpoint(at)));
    Map<String, String> entries = new LinkedHashMap<>();
    record.entries().forEach((key, item) -> entries.put(key, item.toHexString()));
    fields.put("entries", entries);
    fields.put("bytes", record.encode().size());
    Output.print(spec, fields, json, Optional.empty());
  }

  private static String endpoint(java.net.InetSocketAddress at) {
    String host = at.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + at.getPort();
  }
}
