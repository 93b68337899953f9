package io.kadlink.identity.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs a fuzz target under Jazzer for a short time and fails with the input that broke it.
 *
 * <p>A target is a class with {@code public static void fuzzerTestOneInput(byte[] data)}. It fails
 * by throwing anything, by taking longer than {@link #ONE_INPUT} for one input, or by using up the
 * heap, which is kept small so that a length that is believed unchecked shows.
 *
 * <p>Jazzer rewrites classes while they load, so each run is a JVM of its own with this one's
 * {@code java} and class path. It takes about three seconds before the first input, so a module
 * with several targets should run them together, with {@link #runAll}. Files live in a temporary
 * folder that is gone afterwards.
 */
public final class FuzzRunner {
  /**
   * Longest time for one input. A decoder needs microseconds, but the first input also waits for
   * classes to be rewritten, on a machine that may be busy.
   */
  public static final Duration ONE_INPUT = Duration.ofSeconds(30);

  /**
   * System property that overrides how long each target runs: {@code -Dkadlink.fuzz.seconds=600}.
   */
  public static final String SECONDS_PROPERTY = "kadlink.fuzz.seconds";

  /** How long the JVM may need beyond the fuzzing itself, on a busy machine. */
  private static final Duration GRACE = Duration.ofMinutes(2);

  private static final int OUTPUT_LINES = 60;

  /** Lines that say what Jazzer instruments and how coverage grows. */
  private static final Pattern PROGRESS = Pattern.compile("INFO: |#\\d+\t|WARNING: ");

  /** What coverage is measured in: our code and the decoder beneath it. */
  private static final String INSTRUMENTED =
      "io.kadlink.**" + File.pathSeparator + "org.apache.tuweni.**";

  /** Jazzer's checks for web applications: nothing here to find, and they double the start time. */
  private static final String SANITIZERS =
      Stream.of(
              "BigDecimal",
              "ClojureLangHooks",
              "Deserialization",
              "ExpressionLanguageInjection",
              "FilePathTraversal",
              "LdapInjection",
              "NamingContextLookup",
              "OsCommandInjection",
              "ReflectiveCall",
              "RegexInjection",
              "RegexRoadblocks",
              "ScriptEngineInjection",
              "ServerSideRequestForgery",
              "SqlInjection",
              "TemplateInjection",
              "UnsafeSanitizer",
              "XPathInjection",
              "XmlParserSsrfGuidance")
          .map(name -> "com.code_intelligence.jazzer.sanitizers." + name)
          .collect(Collectors.joining(File.pathSeparator));

  /**
   * A target among several.
   *
   * @param type the class with {@code fuzzerTestOneInput(byte[])}
   * @param seeds inputs to run first and to mutate
   */
  public record Target(Class<?> type, List<byte[]> seeds) {}

  private FuzzRunner() {}

  /**
   * Fuzzes {@code target} from an empty corpus.
   *
   * @param target the class with {@code fuzzerTestOneInput(byte[])}
   * @param maxTotalTime how long to fuzz, in whole seconds, at least one
   * @throws AssertionError when an input breaks the target; it shows the end of the output and the
   *     input in hex
   */
  public static void run(Class<?> target, Duration maxTotalTime) {
    run(target, maxTotalTime, List.of());
  }

  /**
   * Fuzzes {@code target}, starting from {@code seeds}: inputs that reach deep, such as valid
   * packets.
   *
   * @param target the class with {@code fuzzerTestOneInput(byte[])}
   * @param maxTotalTime how long to fuzz, in whole seconds, at least one
   * @param seeds inputs to run first and to mutate
   * @throws AssertionError when an input breaks the target; it shows the end of the output and the
   *     input in hex
   */
  public static void run(Class<?> target, Duration maxTotalTime, Collection<byte[]> seeds) {
    inTemporaryFolder(folder -> fuzz(target, maxTotalTime, seeds, List.of(), folder));
  }

  /**
   * Fuzzes several targets in one JVM. In what a failure shows, the first byte of the input is the
   * number of the target (modulo their count), the rest is the target's own input.
   *
   * @param maxTotalTime how long to fuzz them together, in whole seconds, at least one
   * @param targets at most 256
   * @throws AssertionError when an input breaks a target; it shows the end of the output and the
   *     input in hex
   */
  public static void runAll(Duration maxTotalTime, List<Target> targets) {
    List<byte[]> seeds = new ArrayList<>();
    for (int number = 0; number < targets.size(); number++) {
      for (byte[] seed : targets.get(number).seeds()) {
        byte[] routed = new byte[seed.length + 1];
        routed[0] = (byte) number;
        System.arraycopy(seed, 0, routed, 1, seed.length);
        seeds.add(routed);
      }
    }
    String names =
        targets.stream().map(target -> target.type().getName()).collect(Collectors.joining(","));
    List<String> options = List.of("-D" + FuzzRouter.TARGETS_PROPERTY + "=" + names);
    inTemporaryFolder(folder -> fuzz(FuzzRouter.class, maxTotalTime, seeds, options, folder));
  }

  private interface Run {
    void in(Path folder) throws IOException, InterruptedException;
  }

  private static void inTemporaryFolder(Run run) {
    try {
      Path folder = Files.createTempDirectory("kadlink-fuzz");
      try {
        run.in(folder);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while fuzzing", e);
    }
  }

  private static void fuzz(
      Class<?> target,
      Duration usualTime,
      Collection<byte[]> seeds,
      List<String> jvmOptions,
      Path folder)
      throws IOException, InterruptedException {
    Duration maxTotalTime =
        Duration.ofSeconds(Long.getLong(SECONDS_PROPERTY, Math.max(1, usualTime.toSeconds())));
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    int number = 0;
    for (byte[] seed : seeds) {
      Files.write(corpus.resolve("seed-" + number++), seed);
    }
    Path output = folder.resolve("output");
    Process jazzer =
        new ProcessBuilder(command(target, maxTotalTime.toSeconds(), jvmOptions, corpus))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!jazzer.waitFor(maxTotalTime.plus(GRACE).toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("fuzzing " + target.getName() + " did not end" + tail(output));
      }
    } finally {
      jazzer.destroyForcibly().waitFor();
    }
    // libFuzzer's exit code alone is not enough: a run that never started must not pass either.
    boolean ran = lines(output).stream().anyMatch(line -> line.matches("Done \\d+ runs in .*"));
    if (jazzer.exitValue() != 0 || !ran) {
      throw new AssertionError(
          target.getName() + " failed under fuzzing" + reproducers(folder) + tail(output));
    }
  }

  private static List<String> command(
      Class<?> target, long seconds, List<String> jvmOptions, Path corpus) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+EnableDynamicAgentLoading");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(jvmOptions);
    command.add("-cp");
    // Surefire starts its JVM on a jar that only names the class path.
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add("com.code_intelligence.jazzer.Jazzer");
    command.add("--target_class=" + target.getName());
    command.add("--instrumentation_includes=" + INSTRUMENTED);
    command.add("--custom_hook_includes=" + INSTRUMENTED);
    command.add("--disabled_hooks=" + SANITIZERS);
    command.add("-max_total_time=" + seconds);
    command.add("-timeout=" + ONE_INPUT.toSeconds());
    command.add(corpus.toString());
    return command;
  }

  private static String reproducers(Path folder) throws IOException {
    StringBuilder found = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.matches("(crash|timeout|oom)-.*")) {
          String hex = HexFormat.of().formatHex(Files.readAllBytes(file));
          found.append("\n").append(name).append(", the input in hex: ").append(hex);
        }
      }
    }
    return found.toString();
  }

  private static String tail(Path output) throws IOException {
    List<String> lines =
        lines(output).stream().filter(line -> !PROGRESS.matcher(line).lookingAt()).toList();
    return "\n"
        + String.join("\n", lines.subList(Math.max(0, lines.size() - OUTPUT_LINES), lines.size()));
  }

  private static List<String> lines(Path output) throws IOException {
    return Files.readString(output, StandardCharsets.ISO_8859_1).lines().toList();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
