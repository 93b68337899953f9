package io.kadlink.discovery.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupResult;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;
import org.xbill.DNS.lookup.ServerFailedException;

/**
 * Asks DNS servers through dnsjava, on its own selector thread: UDP first, TCP when an answer is
 * cut short. Follows aliases; keeps nothing. Thread-safe.
 */
public final class DnsJavaResolver implements TxtResolver {
  /** How long one server may take before the next is asked. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);

  private final LookupSession session;

  private DnsJavaResolver(List<InetSocketAddress> servers, Duration timeout) {
    List<Resolver> resolvers = new ArrayList<>();
    for (InetSocketAddress server : servers) {
      Resolver resolver = new SimpleResolver(server);
      resolver.setTimeout(timeout);
      resolvers.add(resolver);
    }
    ExtendedResolver all = new ExtendedResolver(resolvers);
    all.setTimeout(timeout.multipliedBy(2));
    all.setRetries(2);
    this.session = LookupSession.builder().resolver(all).build();
  }

  /** Asks the servers this machine is configured with; reads that configuration now. */
  public static DnsJavaResolver system() {
    List<InetSocketAddress> servers = ResolverConfig.getCurrentConfig().servers();
    return new DnsJavaResolver(
        servers.isEmpty()
            ? List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53))
            : servers,
        DEFAULT_TIMEOUT);
  }

  /**
   * Asks these servers, in turn until one answers.
   *
   * @param servers at least one, resolved
   * @param timeout how long one of them may take
   */
  public static DnsJavaResolver of(List<InetSocketAddress> servers, Duration timeout) {
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("at least one DNS server is needed");
    }
    return new DnsJavaResolver(servers, timeout);
  }

  @Override
  public CompletionStage<Answer> resolve(String name) {
    Name absolute;
    try {
      absolute = Name.fromString(name, Name.root);
    } catch (TextParseException e) {
      return CompletableFuture.failedFuture(e);
    }
    return session
        .lookupAsync(absolute, Type.TXT)
        .handle(
            (result, failure) -> {
              if (failure != null) {
                throw new CompletionException(
                    new IOException(name + ": " + sentence(failure), failure));
              }
              return answer(result);
            });
  }

  private static String sentence(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case NoSuchDomainException e -> "there is no such DNS name";
      case NoSuchRRSetException e -> "the DNS name has no TXT records";
      case ServerFailedException e -> "the DNS server failed";
      default -> cause.toString();
    };
  }

  private static Answer answer(LookupResult result) {
    List<String> texts = new ArrayList<>();
    long ttlSeconds = Integer.MAX_VALUE;
    for (Record record : result.getRecords()) {
      if (record instanceof TXTRecord txt) {
        StringBuilder text = new StringBuilder();
        for (byte[] part : txt.getStringsAsByteArrays()) {
          text.append(new String(part, StandardCharsets.ISO_8859_1));
        }
        texts.add(text.toString());
        ttlSeconds = Math.min(ttlSeconds, record.getTTL());
      }
    }
    return new Answer(texts, Duration.ofSeconds(texts.isEmpty() ? 0 : ttlSeconds));
  }
}
