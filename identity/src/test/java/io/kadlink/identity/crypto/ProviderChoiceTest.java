package io.kadlink.identity.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The choice is made once in a JVM, so each case has one of its own. */
class ProviderChoiceTest {

  /** What the forked JVM runs: signs with the chosen provider and prints its name. */
  public static final class Probe {
    private Probe() {}

    public static void main(String[] arguments) {
      byte[] key = Keccak256.hash(new byte[] {1});
      byte[] digest = Keccak256.hash(new byte[] {2});
      Secp256k1 curve = Secp256k1.get();
      boolean works =
          Arrays.equals(curve.publicKey(key), curve.recover(digest, curve.sign(digest, key)));
      System.out.println("chosen: " + curve.name() + ", works: " + works);
    }
  }

  @Test
  void theNativeLibraryIsChosenSilently() throws Exception {
    assertThat(probe(entry -> true)).containsExactly("chosen: native, works: true");
  }

  @Test
  void withoutItsLibraryBouncyCastleTakesOverWithOneWarning() throws Exception {
    List<String> output = probe(entry -> !entry.contains("secp256k1-kmp-jni"));

    assertThat(output).hasSize(2);
    assertThat(output.get(0)).contains("WARN").contains("using Bouncy Castle");
    assertThat(output.get(1)).isEqualTo("chosen: bouncycastle, works: true");
  }

  @Test
  void withoutAnyOfItsClassesBouncyCastleTakesOverToo() throws Exception {
    List<String> output = probe(entry -> !entry.contains("secp256k1-kmp"));

    assertThat(output).last().isEqualTo("chosen: bouncycastle, works: true");
  }

  @Test
  void thePropertyChooses() throws Exception {
    assertThat(probe(entry -> true, "-Dkadlink.secp256k1=bouncycastle"))
        .containsExactly("chosen: bouncycastle, works: true");
    assertThat(probe(entry -> true, "-Dkadlink.secp256k1=native"))
        .containsExactly("chosen: native, works: true");
  }

  @Test
  void aProviderThatWasAskedForAndIsNotThereIsAnError() throws Exception {
    assertThat(probe(entry -> !entry.contains("kmp-jni"), "-Dkadlink.secp256k1=native"))
        .noneMatch(line -> line.startsWith("chosen"))
        .anyMatch(line -> line.contains("the native secp256k1 library does not load"));
    assertThat(probe(entry -> true, "-Dkadlink.secp256k1=openssl"))
        .noneMatch(line -> line.startsWith("chosen"))
        .anyMatch(line -> line.contains("there are \"native\" and \"bouncycastle\""));
  }

  private static List<String> probe(Predicate<String> classPathEntry, String... options)
      throws IOException, InterruptedException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(
        Arrays.stream(classPath.split(File.pathSeparator))
            .filter(classPathEntry)
            .collect(Collectors.joining(File.pathSeparator)));
    command.add(Probe.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.lines().toList();
  }
}
