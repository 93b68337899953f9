package io.kadlink.bench.discovery;

import io.kadlink.discovery.table.AddressRules;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.table.TableListener;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The table of a node that has heard of {@value #NETWORK} others, all of which answer: every bucket
 * that a network of this size can fill is full, and has its replacements.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TableBenchmark {
  private static final int NETWORK = 16_384;

  private final List<Contact> network = Strangers.make(NETWORK);
  private SteppedLoop loop = new SteppedLoop();
  private Table table = empty(loop);
  private int next;

  @Setup
  public void fill() {
    loop = new SteppedLoop();
    table = empty(loop);
    for (Contact contact : network) {
      table.addProven(contact);
      loop.turn();
    }
  }

  private static Table empty(SteppedLoop loop) {
    return new Table(
        NodeKey.generate().id(),
        loop,
        new Random(1),
        AddressRules.defaults(),
        (contact, verdict) -> verdict.accept(true),
        new TableListener() {});
  }

  private Contact next() {
    next = (next + 1) % NETWORK;
    return network.get(next);
  }

  /** A node of the network calls: it is in the table, waits for a place, or is turned away. */
  @Benchmark
  public Table insert() {
    table.addProven(next());
    loop.turn();
    return table;
  }

  /** From nothing to full: for each node heard of. */
  @Benchmark
  @OperationsPerInvocation(NETWORK)
  public Table insertIntoEmpty() {
    SteppedLoop ownLoop = new SteppedLoop();
    Table filling = empty(ownLoop);
    for (Contact contact : network) {
      filling.addProven(contact);
      ownLoop.turn();
    }
    return filling;
  }

  @Benchmark
  public List<Contact> closest() {
    NodeId target = next().id();
    return table.closestProven(target, 16);
  }

  /** One liveness check that is answered at once. */
  @Benchmark
  public Table revalidate() {
    loop.tick();
    return table;
  }
}
