package io.kadlink.testnet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One {@code kadlink node} process: its arguments, its log, and whether it runs. */
public final class NodeProcess implements AutoCloseable {
  private static final int STOP_SECONDS = 10;

  private final String name;
  private final List<String> command;
  private final Path log;
  private final RpcClient rpc;
  private @Nullable Process process;
  private String enode = "";

  /**
   * A node that does not run yet.
   *
   * @param arguments of {@code kadlink node}
   * @param directory where {@code node.log} is
   * @param rpcPort the one among the arguments
   */
  public NodeProcess(String name, Path jar, List<String> arguments, Path directory, int rpcPort) {
    this.name = name;
    this.log = directory.resolve("node.log");
    this.rpc = new RpcClient(rpcPort);
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(javaOptions());
    words.addAll(List.of("-jar", jar.toString(), "node"));
    words.addAll(arguments);
    this.command = List.copyOf(words);
  }

  /** Many JVMs share the machine: small heaps, one collector thread, the quick compiler only. */
  private static List<String> javaOptions() {
    String options = System.getenv("KADLINK_JAVA_OPTS");
    if (options != null && !options.isBlank()) {
      return List.of(options.trim().split("\\s+"));
    }
    return List.of(
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xshare:auto",
        "-XX:+IgnoreUnrecognizedVMOptions",
        "--sun-misc-unsafe-memory-access=allow");
  }

  public String name() {
    return name;
  }

  public RpcClient rpc() {
    return rpc;
  }

  /** The {@code enode://} URL it printed. */
  public String enode() {
    return enode;
  }

  public Path log() {
    return log;
  }

  public boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** Starts the process; returns before it is up. */
  public void launch() throws IOException {
    Files.createDirectories(log.toAbsolutePath().getParent());
    process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
  }

  /**
   * Waits until it listens: reads the enode URL and the record from its stdout.
   *
   * @throws IOException when it ended before that; the message holds the end of its log
   */
  public void awaitUp() throws IOException {
    Process running = running();
    BufferedReader stdout =
        new BufferedReader(new InputStreamReader(running.getInputStream(), StandardCharsets.UTF_8));
    String first = stdout.readLine();
    String second = stdout.readLine();
    if (first == null || second == null || !first.startsWith("enode://")) {
      throw new IOException(name + " did not start; the end of its log:\n" + endOfLog());
    }
    enode = first;
  }

  /** SIGKILL, and wait until it is gone. */
  public void kill() throws InterruptedException {
    running().destroyForcibly().waitFor();
  }

  /** SIGTERM, and SIGKILL when that is not enough; returns whether SIGTERM was enough. */
  public boolean terminate() throws InterruptedException {
    Process running = running();
    running.destroy();
    if (running.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      return true;
    }
    running.destroyForcibly().waitFor();
    return false;
  }

  /** Waits until it has ended by itself; returns its exit code, or empty when it runs on. */
  public OptionalInt awaitEnd(Duration limit) throws InterruptedException {
    return running().waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)
        ? OptionalInt.of(running().exitValue())
        : OptionalInt.empty();
  }

  @Override
  public void close() {
    Process running = process;
    if (running != null) {
      running.destroy();
    }
  }

  /** After {@link #close}: makes sure that it is gone. */
  void awaitGone() throws InterruptedException {
    if (process != null) {
      terminate();
    }
  }

  private Process running() {
    if (process == null) {
      throw new IllegalStateException(name + " was never launched");
    }
    return process;
  }

  private String endOfLog() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
  }
}
