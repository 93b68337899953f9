package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One command of {@code kadlink} in processes of its own, on loopback: data under a folder's {@code
 * NAME}, stderr in its {@code NAME.log}.
 */
final class CommandProcesses {
  /** For a process to start, and to do what is waited for, on a busy machine. */
  static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path dir;
  private final String command;
  private final List<Process> started = new ArrayList<>();

  CommandProcesses(Path dir, String command) {
    this.dir = dir;
    this.command = command;
  }

  Process launch(List<String> jvmOptions, String name, String... more) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(jvmOptions);
    words.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Kadlink.class.getName(),
            command,
            "--data-dir",
            dir.resolve(name).toString(),
            "--host",
            "127.0.0.1"));
    words.addAll(List.of(more));
    Process process =
        new ProcessBuilder(words).redirectError(dir.resolve(name + ".log").toFile()).start();
    started.add(process);
    return process;
  }

  /** The number that {@code pattern} finds first in the log; waits until it does. */
  int numberInLog(String name, String pattern) throws Exception {
    Pattern line = Pattern.compile(pattern);
    Path log = dir.resolve(name + ".log");
    Eventually.until(
        pattern + " is in the log", LIMIT, () -> line.matcher(Files.readString(log)).find());
    Matcher found = line.matcher(Files.readString(log));
    assertThat(found.find()).isTrue();
    return Integer.parseInt(found.group(1));
  }

  static BufferedReader stdout(Process process) {
    return process.inputReader(StandardCharsets.UTF_8);
  }

  void end() {
    started.forEach(Process::destroyForcibly);
  }
}
