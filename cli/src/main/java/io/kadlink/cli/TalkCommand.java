package io.kadlink.cli;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.table.Contact;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code kadlink talk}: a discovery v5 talk request and its response, from either side. */
@Command(
    name = "talk",
    description = {
      "Send a discovery v5 talk request, and print the response.",
      "Or listen for requests, and answer each with itself."
    },
    mixinStandardHelpOptions = true)
final class TalkCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private LogOptions log;
  @Mixin private AnswerLimit limit;

  @ArgGroup(multiplicity = "1")
  private Side side;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  /** One of the two that talk. */
  static final class Side {
    @ArgGroup(exclusive = false, multiplicity = "1")
    private @Nullable Asking asking;

    @ArgGroup(exclusive = false, multiplicity = "1")
    private @Nullable Listening listening;
  }

  /** Whom to ask what. */
  static final class Asking {
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

    @SuppressWarnings("NullAway.Init")
    Asking() {}
  }

  /** What to listen for, and where. */
  static final class Listening {
    @Option(
        names = "--listen",
        paramLabel = "PROTOCOL",
        required = true,
        description = {
          "Answer requests of this protocol with the request itself, until SIGTERM.",
          "Prints enode and enr, and logs each request."
        })
    private String protocol;

    @Option(
        names = "--host",
        paramLabel = "IP",
        description = "Address to listen at, and to tell others (default: loopback).")
    private InetAddress host = InetAddress.getLoopbackAddress();

    @Option(
        names = "--port",
        paramLabel = "N",
        description = "UDP port to listen at (default: a free one).")
    private int port;

    @SuppressWarnings("NullAway.Init")
    Listening() {}
  }

  @SuppressWarnings("NullAway.Init")
  TalkCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    if (side.listening != null) {
      listen(side.listening);
    } else {
      ask(Objects.requireNonNull(side.asking));
    }
    return 0;
  }

  private void ask(Asking asking) {
    log.applyQuietly();
    Contact contact = NodeTarget.contact(asking.node);
    try (DiscoveryClient client =
        DiscoveryClient.open(Set.of(DiscoveryVersion.V5), List.of(contact.address()), List.of())) {
      Bytes response =
          Waiting.on(
              client.service().talk(FoundNode.of(contact), asking.protocol, asking.request),
              limit.duration(),
              "No talk response from " + contact);
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("nodeId", contact.id().toString());
      fields.put("bytes", response.size());
      fields.put("response", response.toHexString());
      Output.print(spec, fields, json, Optional.empty());
    }
  }

  private void listen(Listening listening) throws InterruptedException {
    log.apply();
    TalkListener listener =
        TalkListener.start(
            listening.protocol, new InetSocketAddress(listening.host, listening.port));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  listener.close();
                  // a signal is how it is meant to end: not a failure
                  Runtime.getRuntime().halt(0);
                },
                "stop"));
    Output.printNode(spec, listener.record(), json);
    new CountDownLatch(1).await();
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
