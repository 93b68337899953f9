package io.kadlink.bench.rlpx;

import io.kadlink.rlpx.wire.ProtocolViolation;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What RLPx costs beside what it can't do without, as ratios that hold on a busy machine, too: both
 * are done by turns, some milliseconds each, in processor time of the thread, and the median of the
 * ratios of neighbouring turns is printed. {@code Ratios [TURNS]}.
 */
public final class Ratios {
  private static final int WARM_UP_TURNS = 60;
  private static final long TURN_NANOS = 10_000_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private Ratios() {}

  /** Something to be done again and again. */
  private interface Work {
    void run() throws GeneralSecurityException, ProtocolViolation;
  }

  public static void main(String[] args) throws GeneralSecurityException, ProtocolViolation {
    int turns = args.length > 0 ? Integer.parseInt(args[0]) : 200;
    System.out.println(
        "| | limit, us | ours, us | ours / limit, median | quartiles | limit / ours |");
    System.out.println("|---|---|---|---|---|---|");
    for (int bytes : new int[] {1024, 16 * 1024, 1024 * 1024}) {
      FrameBenchmark frames = new FrameBenchmark();
      frames.bytes = bytes;
      frames.prepare();
      compare("frame write, " + bytes + " bytes", turns, frames::rawOneSide, frames::write);
      compare(
          "frame write and read, " + bytes + " bytes",
          turns,
          frames::rawBothSides,
          frames::writeAndRead);
      frames.release();
    }
    HandshakeBenchmark handshakes = new HandshakeBenchmark();
    Blackhole sink =
        new Blackhole(
            "Today's password is swordfish. I understand instantiating Blackholes directly is dangerous.");
    compare(
        "handshake, both sides",
        turns,
        () -> handshakes.curveOperations(sink),
        () -> sink.consume(handshakes.bothSides()));
  }

  private static void compare(String what, int turns, Work limit, Work ours)
      throws GeneralSecurityException, ProtocolViolation {
    List<Double> ratios = new ArrayList<>();
    List<Double> limits = new ArrayList<>();
    List<Double> all = new ArrayList<>();
    int times = 1;
    for (int i = -WARM_UP_TURNS; i < turns; i++) {
      double one = nanosEach(limit, times);
      double other = nanosEach(ours, times);
      times = Math.max(1, (int) (TURN_NANOS / one));
      if (i >= 0) {
        limits.add(one);
        all.add(other);
        ratios.add(other / one);
      }
    }
    double median = quantile(ratios, 0.5);
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.2f | %.2f-%.2f | %.0f %% |%n",
        what,
        quantile(limits, 0.5) / 1000,
        quantile(all, 0.5) / 1000,
        median,
        quantile(ratios, 0.25),
        quantile(ratios, 0.75),
        100 / median);
  }

  private static double nanosEach(Work work, int times)
      throws GeneralSecurityException, ProtocolViolation {
    long start = THREADS.getCurrentThreadCpuTime();
    for (int i = 0; i < times; i++) {
      work.run();
    }
    return (double) (THREADS.getCurrentThreadCpuTime() - start) / times;
  }

  private static double quantile(List<Double> values, double at) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get((int) (at * (sorted.size() - 1)));
  }
}
