package io.kadlink.bench.discovery;

import com.google.common.base.Splitter;
import io.kadlink.identity.Enode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Whether a node still answers pings under a flood, and in how much memory: {@code GarbageFlood
 * [SECONDS [PER_SECOND [KIND]]]} starts a discovery node in a process of its own with a heap of 64
 * MiB, sends it each kind of garbage, or one, for so long, and prints a table. Two honest parties
 * ping it meanwhile: a node that it knows, and strangers, each with a key and a port never seen
 * before. Floods go to loopback only.
 */
public final class GarbageFlood {
  private static final String HEAP = "-Xmx64m";
  private static final Duration WARM_UP = Duration.ofSeconds(5);

  /** Honest pings of each party; far below what a sender is allowed. */
  private static final long PING_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

  /** For a friend to be known before the flood begins, and for late answers after it. */
  private static final Duration SETTLE = Duration.ofMillis(500);

  private static final String DROPPED = "dropped.";

  /** After this long a stranger has no hope any more. */
  private static final int STRANGERS_WAITING = 50;

  private final Process process;
  private final BufferedReader output;
  private final Enode node;
  private final InetSocketAddress address;

  private GarbageFlood() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                FloodedNode.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    node = Enode.parse(output.readLine());
    address = node.udpEndpoint();
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Duration span = Duration.ofSeconds(args.length > 0 ? Integer.parseInt(args[0]) : 10);
    int perSecond = args.length > 1 ? Integer.parseInt(args[1]) : 50_000;
    System.out.println(
        "| flood | sent/s | known node: answered | median ms | p99 ms | strangers: answered |"
            + " median ms | p99 ms | CPU % | heap MB | RSS MB | lost in the kernel % | dropped |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (Flood.Kind kind : Flood.Kind.values()) {
      if (args.length > 2 && !args[2].equalsIgnoreCase(kind.name())) {
        continue;
      }
      GarbageFlood flood = new GarbageFlood();
      try {
        flood.measure(kind, WARM_UP, perSecond); // else it is the compiler that is measured
        System.out.println(flood.measure(kind, span, perSecond));
      } finally {
        flood.stop();
      }
    }
  }

  /** A row of the table. */
  private String measure(Flood.Kind kind, Duration span, int perSecond)
      throws IOException, InterruptedException {
    Delays known = new Delays();
    Delays strangers = new Delays();
    Map<String, Long> before = figures();
    AtomicBoolean over = new AtomicBoolean();
    Thread honest = Thread.ofPlatform().start(() -> pingUntil(over, known, strangers));
    TimeUnit.MILLISECONDS.sleep(SETTLE.toMillis());
    long sent = new Flood(kind, node).run(perSecond, span);
    long rss = residentBytes();
    over.set(true);
    honest.join();
    Map<String, Long> after = figures();
    StringBuilder dropped = new StringBuilder();
    after.forEach(
        (name, value) -> {
          long count = value - before.getOrDefault(name, 0L);
          if (name.startsWith(DROPPED) && count > 0) {
            dropped.append(name.substring(DROPPED.length())).append(' ').append(count).append(' ');
          }
        });
    return String.format(
        Locale.ROOT,
        "| %s | %d | %s | %s | %d | %.1f | %.0f | %.1f | %s|",
        kind.text,
        sent / span.toSeconds(),
        known.row(),
        strangers.row(),
        difference(before, after, "cpu") * 100 / span.toMillis(),
        after.getOrDefault("heap", 0L) / 1e6,
        rss / 1e6,
        sent == 0 ? 0 : 100.0 * difference(before, after, "lost") / sent,
        dropped);
  }

  private static long difference(Map<String, Long> before, Map<String, Long> after, String name) {
    return after.getOrDefault(name, 0L) - before.getOrDefault(name, 0L);
  }

  private void pingUntil(AtomicBoolean over, Delays known, Delays strangers) {
    Deque<Pinger> passing = new ArrayDeque<>();
    try (Pinger friend = new Pinger(address, known)) {
      for (long number = 0; !over.get(); number++) {
        friend.ping(number);
        Pinger stranger = new Pinger(address, strangers);
        passing.add(stranger);
        stranger.ping(number);
        if (passing.size() > STRANGERS_WAITING) {
          passing.remove().close();
        }
        LockSupport.parkNanos(PING_PERIOD_NANOS);
      }
      TimeUnit.MILLISECONDS.sleep(SETTLE.toMillis());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      passing.forEach(Pinger::close);
    }
  }

  /** What the node says of itself, and what its kernel buffer had no room for. */
  private Map<String, Long> figures() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    Map<String, Long> figures = new HashMap<>();
    String line = output.readLine();
    for (String figure : line.substring(1, line.length() - 1).split(", ", -1)) {
      int equals = figure.indexOf('=');
      figures.put(figure.substring(0, equals), Long.parseLong(figure.substring(equals + 1)));
    }
    figures.put("lost", lostInKernel());
    return figures;
  }

  /** The last column of the socket's line in /proc/net; 0 where there is no such file. */
  private long lostInKernel() throws IOException {
    String port = String.format(":%04X", address.getPort());
    for (String name : List.of("udp", "udp6")) {
      Path sockets = Path.of("/proc/net", name);
      if (Files.exists(sockets)) {
        for (String line : Files.readAllLines(sockets)) {
          List<String> columns = Splitter.on(' ').omitEmptyStrings().splitToList(line);
          if (columns.get(1).endsWith(port)) {
            return Long.parseLong(columns.get(columns.size() - 1));
          }
        }
      }
    }
    return 0;
  }

  /** 0 where there is no /proc. */
  private long residentBytes() throws IOException {
    Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
    if (Files.exists(status)) {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith("VmRSS:")) {
          return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
      }
    }
    return 0;
  }

  private void stop() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
