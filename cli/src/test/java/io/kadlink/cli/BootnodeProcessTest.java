package io.kadlink.cli;

import static io.kadlink.cli.CommandProcesses.stdout;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code kadlink bootnode} as a process. */
@Timeout(120)
class BootnodeProcessTest {
  @TempDir Path dir;
  private CommandProcesses bootnodes;

  @BeforeEach
  void begin() {
    bootnodes = new CommandProcesses(dir, "bootnode");
  }

  @AfterEach
  void end() {
    bootnodes.end();
  }

  private Process launch(String name, String... more) throws IOException {
    return bootnodes.launch(
        List.of("-Xmx32m", "-Xlog:class+load:file=" + dir.resolve(name + ".classes")), name, more);
  }

  @Test
  void stdoutIsTheEnodeAndTheRecordThePingIsAnsweredAndSigtermEndsWithZero() throws Exception {
    Process process = launch("a", "--port", "0");
    BufferedReader stdout = stdout(process);
    String enode = stdout.readLine();
    assertThat(enode).matches("enode://[0-9a-f]{128}@127\\.0\\.0\\.1:0\\?discport=\\d+");
    assertThat(stdout.readLine()).startsWith("enr:");
    CommandLineFixture ping = new CommandLineFixture();
    assertThat(ping.run("ping", "v4", enode)).as(ping.err()).isZero();
    process.toHandle().destroy(); // Process.destroy would close stdout
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(stdout.readLine()).isNull();
    assertThat(dir.resolve("a").resolve("nodekey")).exists();
  }

  /** What a fresh JVM has to load for its first packets can take longer than others wait. */
  @Test
  void theFirstPacketsOfEitherVersionFindTheirClassesLoaded() throws Exception {
    Process process = launch("a", "--port", "0");
    BufferedReader stdout = stdout(process);
    stdout.readLine();
    String record = stdout.readLine();
    List<String> before = loadedClasses("a");
    for (String version : List.of("v4", "v5")) {
      assertThat(new CommandLineFixture().run("ping", version, record)).as(version).isZero();
      assertThat(new CommandLineFixture().run("resolve", record, "--discovery", version)).isZero();
    }
    List<String> late = loadedClasses("a");
    late = late.subList(before.size(), late.size());
    assertThat(before).contains("io.kadlink.discovery.v5.Handshakes$Accepted");
    assertThat(late)
        .filteredOn(
            name ->
                name.matches(
                    "(io\\.kadlink\\.discovery\\.v[45]|io\\.netty\\.(buffer|channel)|jdk\\.jfr)\\..*"))
        .filteredOn(name -> !name.contains("$$Lambda"))
        .isEmpty();
  }

  private List<String> loadedClasses(String name) throws Exception {
    return Files.readAllLines(dir.resolve(name + ".classes")).stream()
        .map(line -> line.replaceFirst("^\\S*\\[class,load] (\\S+) .*", "$1"))
        .collect(Collectors.toCollection(ArrayList::new));
  }

  @Test
  void aTakenPortIsSaidInOneLineAndEndsWithOne() throws Exception {
    Process first = launch("a", "--port", "0");
    String port = stdout(first).readLine().replaceFirst(".*=", "");
    Process second = launch("b", "--port", port);
    assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(1);
    String last = Files.readString(dir.resolve("b.log")).strip().lines().toList().getLast();
    assertThat(last).contains("can't start").contains(port);
  }
}
