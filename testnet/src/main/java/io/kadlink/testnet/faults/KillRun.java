package io.kadlink.testnet.faults;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.testnet.DirectoryTree;
import io.kadlink.testnet.Network;
import io.kadlink.testnet.NodeProcess;
import io.kadlink.testnet.Ports;
import io.kadlink.testnet.faults.DenyListWriter.Tally;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * SIGKILL at any moment. One node of three is killed again and again while its deny list, its
 * chain, its node database and its reputations are being written, every third time while it is
 * still starting, and started again. It must have its key, everything it had acknowledged, no file
 * set aside, and its honest peers.
 */
@Command(
    name = "testnet/faults/kill.sh",
    description = "Kills a node at random moments and checks what it has left.",
    mixinStandardHelpOptions = true)
public final class KillRun implements Callable<Integer> {
  private static final int NODES = 3;
  private static final int WRITERS = 3;

  /** A node is killed at most so long after it is up: a few of its batches and blocks. */
  private static final int LONGEST_MILLIS = 6_000;

  /** ... or, every third time, so long after it was launched. */
  private static final int START_MILLIS = 2_500;

  private static final int START_EVERY = 3;

  /** For honest peers to be back. */
  private static final Duration BACK = Duration.ofSeconds(60);

  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Option(names = "--rounds", paramLabel = "N", description = "Kills (default: ${DEFAULT-VALUE}).")
  private int rounds = 30;

  @Option(names = "--seed", paramLabel = "N", description = "Of the moments (default: by chance).")
  private long seed = new SplittableRandom().nextLong(1_000_000);

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Data and logs, kept (default: a temporary folder, kept when a check fails).")
  private @Nullable Path directory;

  @Option(names = "--kadlink-jar", hidden = true, required = true)
  private Path jar;

  private NodeProcess victim;
  private HonestPeers honest;
  private Path home;
  private List<DenyListWriter> writers;
  private Acknowledged acknowledged;
  private Offenders offenders;
  private SplittableRandom random;
  private int failures;
  private final List<Double> secondsUp = new ArrayList<>();
  private final List<Double> secondsBack = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // picocli and call() set the fields
  public KillRun() {}

  public static void main(String[] args) {
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
    System.exit(new CommandLine(new KillRun()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path dir = directory == null ? Files.createTempDirectory("kadlink-kill-") : directory;
    Files.createDirectories(dir);
    random = new SplittableRandom(seed);
    say(rounds + " kills, seed " + seed + ", data and logs in " + dir);
    try (Network network = new Network(jar, dir, Ports.free(NODES))) {
      Runtime.getRuntime().addShutdownHook(new Thread(network::close, "stop"));
      begin(network, dir);
      for (int round = 1; round <= rounds; round++) {
        play(round);
      }
      summarise();
    }
    if (failures == 0 && directory == null) {
      DirectoryTree.delete(dir);
    }
    return failures == 0 ? 0 : 1;
  }

  private void begin(Network network, Path dir) throws IOException, InterruptedException {
    honest = HonestPeers.launch(network);
    // the victim makes the blocks: what it has told of one must be on its own disk
    victim = network.launch("--bootnodes", honest.bootnode(), "--dev-produce", "1");
    home = dir.resolve(victim.name());
    victim.awaitUp();
    writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new DenyListWriter(victim.rpc(), i));
    }
    acknowledged = new Acknowledged(victim);
    offenders = new Offenders(victim);
    if (!honest.await(victim, BACK)) {
      throw new IOException("the peers did not find each other");
    }
  }

  private void play(int round) throws IOException, InterruptedException {
    String enode = victim.enode();
    long before = changes();
    offenders.offend();
    double killedAfter = killWhileItWrites();
    if (round % START_EVERY == 0) {
      victim.launch();
      killedAfter = random.nextInt(START_MILLIS) / 1e3;
      TimeUnit.MILLISECONDS.sleep((long) (killedAfter * 1e3));
      victim.kill();
    }
    StringBuilder faults = new StringBuilder();
    readable("access.json", faults);
    readable("reputation.json", faults);

    long start = System.nanoTime();
    victim.launch();
    try {
      victim.awaitUp();
    } catch (IOException e) {
      failures++;
      say("round " + round + " FAILED: " + e.getMessage());
      throw e;
    }
    double up = secondsSince(start);
    Tally tally = Tally.NONE;
    JsonNode list = victim.rpc().call("kadlink_denied");
    for (DenyListWriter writer : writers) {
      tally = tally.plus(writer.compare(list));
    }
    if (tally.missing() + tally.surplus() > 0) {
      faults.append("; of the deny list ").append(tally);
    }
    if (!victim.enode().equals(enode)) {
      faults.append("; it has another key");
    }
    faults.append(acknowledged.missing());
    faults.append(offenders.missing());
    setAside(faults);
    boolean areBack = honest.await(victim, BACK);
    double back = secondsSince(start);
    if (!areBack) {
      faults.append("; its honest peers are not back after ").append(BACK.toSeconds()).append(" s");
    } else {
      secondsBack.add(back);
    }
    secondsUp.add(up);
    failures += faults.isEmpty() ? 0 : 1;
    say(
        String.format(
            Locale.ROOT,
            "round %2d: killed %.2f s after %s, %d changes and block %d acknowledged; "
                + "%d of %d bans there, up after %.1f s, peers after %.1f s: %s",
            round,
            killedAfter,
            round % START_EVERY == 0 ? "its launch" : "its peers came",
            changes() - before,
            acknowledged.head(),
            tally.wanted() - tally.missing(),
            tally.wanted(),
            up,
            back,
            faults.isEmpty() ? "ok" : "FAILED" + faults));
  }

  /** Kills the node at some moment while all its state is changed; returns after how long. */
  private double killWhileItWrites() throws IOException, InterruptedException {
    List<Thread> clients = new ArrayList<>();
    for (DenyListWriter writer : writers) {
      clients.add(Thread.ofPlatform().name("writer").start(writer::changeUntilItDies));
    }
    acknowledged.ask();
    clients.add(Thread.ofPlatform().name("reader").start(acknowledged::askUntilItDies));
    long start = System.nanoTime();
    TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_MILLIS));
    victim.kill();
    double seconds = secondsSince(start);
    for (Thread client : clients) {
      client.join();
    }
    return seconds;
  }

  private long changes() {
    return writers.stream().mapToLong(DenyListWriter::acknowledged).sum();
  }

  /** A state file is JSON whenever its writer was killed. */
  private void readable(String file, StringBuilder faults) {
    Path path = home.resolve(file);
    try {
      if (Files.exists(path) && JSON.readTree(path.toFile()).isMissingNode()) {
        faults.append("; ").append(file).append(" is empty");
      }
    } catch (IOException e) {
      faults.append("; ").append(file).append(" can't be read: ").append(e.getMessage());
    }
  }

  private void setAside(StringBuilder faults) throws IOException {
    try (Stream<Path> files = Files.list(home)) {
      files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.contains("corrupt") || name.contains("other-version"))
          .forEach(name -> faults.append("; a file was set aside: ").append(name));
    }
  }

  private void summarise() throws IOException, InterruptedException {
    say(
        String.format(
            Locale.ROOT,
            "%d kills, %d changes acknowledged, block %d, %d nodes judged; up after %s, peers after %s: %s",
            rounds,
            changes(),
            acknowledged.head(),
            victim.rpc().call("kadlink_reputation").size(),
            spread(secondsUp),
            spread(secondsBack),
            failures == 0 ? "nothing was lost" : failures + " rounds FAILED"));
  }

  private static String spread(List<Double> seconds) {
    List<Double> sorted = seconds.stream().sorted().toList();
    return sorted.isEmpty()
        ? "none"
        : String.format(
            Locale.ROOT,
            "%.1f s (median; worst %.1f s)",
            sorted.get(sorted.size() / 2),
            sorted.getLast());
  }

  private static double secondsSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e9;
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
