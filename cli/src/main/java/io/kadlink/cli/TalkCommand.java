package io.kadlink.cli;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.table.Contact;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.tuweni.bytes.Bytes;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code kadlink talk}: a discovery v5 talk request and its response. */
@Command(
    name = "talk",
    description = "Send a discovery v5 talk request, and print the response.",
    mixinStandardHelpOptions = true)
final class TalkCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private LogOptions log;
  @Mixin private AnswerLimit limit;

  @Parameters(index = "0", paramLabel = "NODE", description = "enode URL or ENR.")
  private String node;

  @Parameters(index = "1", paramLabel = "PROTOCOL", description = "Name of the protocol.")
  private String protocol;

  @Parameters(
      index = "2",
      paramLabel = "HEX",
      converter = Hex.class,
      description = "The request, in hex digits.")
  private Bytes request;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init")
  TalkCommand() {}

  @Override
  public Integer call() {
    log.applyQuietly();
    Contact contact = NodeTarget.contact(node);
    try (DiscoveryClient client =
        DiscoveryClient.open(Set.of(DiscoveryVersion.V5), List.of(contact.address()), List.of())) {
      Bytes response =
          Waiting.on(
              client.service().talk(FoundNode.of(contact), protocol, request),
              limit.duration(),
              "No talk response from " + contact);
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("nodeId", contact.id().toString());
      fields.put("bytes", response.size());
      fields.put("response", response.toHexString());
      Output.print(spec, fields, json, Optional.empty());
    }
    return 0;
  }

  /** Bytes in hex digits, with or without 0x. */
  private static final class Hex implements ITypeConverter<Bytes> {
    @Override
    public Bytes convert(String text) {
      try {
        return Bytes.fromHexString(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "' is not made of pairs of hex digits");
      }
    }
  }
}
