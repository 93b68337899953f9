package io.kadlink.testnet.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.testnet.DirectoryTree;
import io.kadlink.testnet.Network;
import io.kadlink.testnet.NodeProcess;
import io.kadlink.testnet.Ports;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A full disk under the data directory of one node of three. It must keep its peers and answer, say
 * once what it can't write, damage nothing, go on writing by itself once there is room, and have
 * everything after a restart; a first start on a full disk must say so and end.
 */
@Command(
    name = "testnet/faults/disk.sh",
    description = "Fills the disk under a running node and checks what becomes of it.",
    mixinStandardHelpOptions = true)
public final class DiskRun implements Callable<Integer> {
  private static final int NODES = 4;
  private static final int VICTIM = 2;
  private static final int FRESH = 3;

  /** Blocks and batches of the node database want to be written meanwhile. */
  private static final Duration FULL = Duration.ofSeconds(20);

  /** Until the last pages of the files are full, too. */
  private static final Duration SLACK = Duration.ofSeconds(8);

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** The slowest to try again, and some slack. */
  private static final Duration RESUMED = Duration.ofSeconds(45);

  private static final int SHORT_ROUNDS = 10;
  private static final int MAX_LEFT_BYTES = 64 << 10;
  private static final int POLL_MILLIS = 100;
  private static final int MAX_LINES = 4;

  @Spec private CommandSpec spec;

  @Option(names = "--disk", hidden = true, required = true)
  private Path disk;

  @Option(names = "--kadlink-jar", hidden = true, required = true)
  private Path jar;

  private Path logs;
  private Ports ports;
  private HonestPeers honest;
  private NodeProcess victim;
  private FullDisk full;
  private int failures;

  @SuppressWarnings("NullAway.Init") // picocli and call() set the fields
  public DiskRun() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new DiskRun()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    logs = Files.createTempDirectory("kadlink-disk-");
    ports = Ports.free(NODES);
    full = new FullDisk(disk);
    List<NodeProcess> own = new ArrayList<>();
    try (Network network = new Network(jar, logs, ports)) {
      Runtime.getRuntime().addShutdownHook(new Thread(network::close, "stop"));
      Runtime.getRuntime().addShutdownHook(new Thread(() -> own.forEach(DiskRun::end), "stop own"));
      honest = HonestPeers.launch(network);
      victim = node("victim", VICTIM, "--dev-produce", "1");
      own.add(victim);
      NodeProcess fresh = node("fresh", FRESH);
      own.add(fresh);
      play(fresh);
      own.forEach(DiskRun::end);
    }
    say(failures == 0 ? "all held" : failures + " checks FAILED; logs are in " + logs);
    if (failures == 0) {
      DirectoryTree.delete(logs);
    }
    return failures == 0 ? 0 : 1;
  }

  private static void end(NodeProcess node) {
    node.close();
  }

  /** With its data on the small disk and its log elsewhere. */
  private NodeProcess node(String name, int index, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--data-dir", disk.resolve(name).toString(), "--host", "127.0.0.1"));
    arguments.addAll(List.of("--port", Integer.toString(ports.devp2p(index))));
    arguments.addAll(List.of("--rpc-port", Integer.toString(ports.rpc(index))));
    arguments.addAll(List.of("--bootnodes", honest.bootnode()));
    arguments.addAll(List.of(more));
    return new NodeProcess(name, jar, arguments, logs.resolve(name), ports.rpc(index));
  }

  private void play(NodeProcess fresh) throws IOException, InterruptedException {
    victim.launch();
    victim.awaitUp();
    check("the node has its peers", honest.await(victim, LIMIT), "");
    String enode = victim.enode();
    deny("203.0.113.1");
    until("blocks are made", () -> head() >= 2);
    byte[] access = Files.readAllBytes(disk.resolve("victim/access.json"));

    say("the disk is filled, " + full.fill() + " bytes");
    String answer = deny("203.0.113.2");
    check("a ban that can't be kept says so", answer.contains("lost if this node ends"), answer);
    check("the ban holds all the same", denied().contains("203.0.113.2"), denied());
    watchPeers(SLACK);
    long before = head();
    watchPeers(FULL);
    long after = head();
    check("the chain stays", after == before, "block " + before + ", then " + after);
    check(
        "what was written is unharmed",
        Arrays.equals(access, Files.readAllBytes(disk.resolve("victim/access.json"))),
        "access.json as before");
    long said = lines("can't be written");
    long warnings = lines(" WARN | ERROR |^\\tat ");
    check(
        "it is said, and not again and again",
        said >= 2 && warnings <= MAX_LINES,
        warnings + " lines in " + FULL.toSeconds() + " s");
    resumes(after, "203.0.113.2");

    SplittableRandom random = new SplittableRandom();
    for (int i = 0; i < SHORT_ROUNDS; i++) {
      full.fill(random.nextInt(MAX_LEFT_BYTES)); // so that writes fail somewhere within
      deny("198.51.100." + i);
      watchPeers(Duration.ofMillis(random.nextInt(1_000, 4_000)));
      full.free();
      deny("198.51.100.100");
    }
    resumes(head(), "198.51.100.9");

    long told = head();
    full.fill();
    check("it ends on SIGTERM on a full disk", victim.terminate(), "");
    victim.launch();
    victim.awaitUp();
    check("it starts on a full disk with what it has", victim.enode().equals(enode), "same key");
    found(told);
    check("its peers come", honest.await(victim, LIMIT), "");
    fresh.launch();
    OptionalInt end = fresh.awaitEnd(LIMIT);
    String last = Files.readAllLines(fresh.log()).getLast();
    check("a first start on a full disk ends with 1", end.equals(OptionalInt.of(1)), last);
    check("and says why", last.contains("No space left on device"), "");
    full.free();
    fresh.launch();
    fresh.awaitUp();
    check("once there is room it starts", fresh.isAlive(), "");
    victim.kill();
    victim.launch();
    victim.awaitUp();
    found(told);
    check("its peers come", honest.await(victim, LIMIT), "");
  }

  /** After the disk was freed. */
  private void resumes(long from, String banned) throws IOException, InterruptedException {
    full.free();
    long start = System.nanoTime();
    until("the chain grows", () -> head() > from);
    until(
        "the ban is written",
        () -> Files.readString(disk.resolve("victim/access.json")).contains(banned));
    until(
        "the node database is written",
        () -> victim.rpc().call("kadlink_nodes").path("database").path("working").asBoolean());
    say("there is room: all is written again " + secondsSince(start));
    check("its peers are there", honest.with(victim) == 2, "");
  }

  /** What a restart must find. */
  private void found(long told) throws IOException, InterruptedException {
    long start = victim.rpc().call("kadlink_status").path("startHead").asLong(-1);
    check("it begins at a block that was told, or later", start >= told, start + " after " + told);
    String denied = denied();
    boolean all = denied.contains("203.0.113.1") && denied.contains("203.0.113.2");
    for (int i = 0; i < SHORT_ROUNDS; i++) {
      all &= denied.contains("198.51.100." + i);
    }
    check("all bans are there", all, denied);
    int nodes = victim.rpc().call("kadlink_nodes").path("nodes").size();
    check("known nodes are there", nodes >= 2, nodes + " nodes");
    try (Stream<Path> files = Files.list(disk.resolve("victim"))) {
      List<String> aside =
          files.map(Path::toString).filter(name -> name.matches(".*(corrupt|version).*")).toList();
      check("nothing was set aside", aside.isEmpty(), aside.toString());
    }
  }

  private void watchPeers(Duration time) throws IOException, InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    int asked = 0;
    int least = 2;
    while (System.nanoTime() < end) {
      least = Math.min(least, honest.with(victim));
      asked++;
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    check(
        "it answers and keeps its peers",
        least == 2,
        asked + " times in " + time.toMillis() + " ms");
  }

  private long head() throws IOException, InterruptedException {
    return Long.decode(victim.rpc().call("eth_blockNumber").asText());
  }

  /** Returns what was answered, be it an error. */
  private String deny(String address) throws InterruptedException {
    try {
      return victim.rpc().call("kadlink_deny", address, 0, "a test").toString();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private String denied() throws IOException, InterruptedException {
    List<String> subjects = new ArrayList<>();
    for (JsonNode entry : victim.rpc().call("kadlink_denied")) {
      subjects.add(entry.path("subject").asText());
    }
    return String.join(" ", subjects);
  }

  private long lines(String pattern) throws IOException {
    try (Stream<String> lines = Files.lines(victim.log())) {
      return lines.filter(Pattern.compile(pattern).asPredicate()).count();
    }
  }

  /** What may take a while. */
  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private void until(String what, Condition condition) throws IOException, InterruptedException {
    long start = System.nanoTime();
    boolean held = condition.holds();
    while (!held && System.nanoTime() - start < RESUMED.toNanos()) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      held = condition.holds();
    }
    check(what, held, secondsSince(start));
  }

  private void check(String what, boolean held, String detail) {
    failures += held ? 0 : 1;
    say((held ? "ok  " : "FAILED  ") + what + (detail.isEmpty() ? "" : ": " + detail));
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }

  private static String secondsSince(long nanoTime) {
    return String.format(Locale.ROOT, "after %.1f s", (System.nanoTime() - nanoTime) / 1e9);
  }
}
