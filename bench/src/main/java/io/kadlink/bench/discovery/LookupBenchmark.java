package io.kadlink.bench.discovery;

import io.kadlink.discovery.lookup.DiscoveryProtocol;
import io.kadlink.discovery.lookup.Lookups;
import io.kadlink.discovery.lookup.Target;
import io.kadlink.discovery.table.AddressRules;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.table.TableListener;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Lookups over a network that answers at once, each node with some nodes it was dealt: what asking,
 * sorting and learning cost, without packets. {@code steps} counts the queries; a lookup's time
 * divided by its queries is the cost of one.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LookupBenchmark {
  private static final int NETWORK = 4_096;
  private static final int ANSWER = 16;

  private final List<Contact> network = Strangers.make(NETWORK);
  private final Random random = new Random(1);
  private final SteppedLoop loop = new SteppedLoop();
  private final Table table = table();
  private final Answers answers = new Answers();
  private final Lookups lookups =
      new Lookups(
          NodeKey.generate().publicKey(), loop, random, table, answers, new SimpleMeterRegistry());

  /** Queries of all lookups. */
  @AuxCounters
  @State(Scope.Thread)
  public static class Counted {
    public long steps;
  }

  private final class Answers implements DiscoveryProtocol {
    long asked;

    @Override
    public void findNode(Contact contact, Target target, Consumer<Optional<List<Contact>>> done) {
      asked++;
      int first = Math.floorMod(contact.id().hashCode() + asked, NETWORK - ANSWER);
      done.accept(Optional.of(network.subList(first, first + ANSWER)));
    }

    @Override
    public void ping(Contact contact, Consumer<Optional<Duration>> done) {
      done.accept(Optional.of(Duration.ZERO));
    }

    @Override
    public void requestRecord(Contact contact, Consumer<Optional<NodeRecord>> done) {
      done.accept(Optional.empty());
    }

    @Override
    public void received(InetSocketAddress from, byte[] datagram) {}

    @Override
    public void close() {}
  }

  private Table table() {
    return new Table(
        NodeKey.generate().id(),
        loop,
        random,
        AddressRules.defaults(),
        (contact, verdict) -> verdict.accept(true),
        new TableListener() {});
  }

  @Setup
  public void fill() {
    for (Contact contact : network) {
      table.addProven(contact);
      loop.turn();
    }
  }

  @Benchmark
  public void lookup(Counted counted) {
    long before = answers.asked;
    lookups.random(result -> {});
    loop.turn();
    counted.steps += answers.asked - before;
  }
}
