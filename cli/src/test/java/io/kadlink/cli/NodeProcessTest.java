package io.kadlink.cli;

import static io.kadlink.cli.CommandProcesses.stdout;
import static io.kadlink.cli.Eventually.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code kadlink node} as a process: its stdout, its end, and what it makes of garbage. */
@Timeout(120)
class NodeProcessTest {
  private static final String HEAP = "-Xmx256m";

  @TempDir Path dir;
  private CommandProcesses nodes;

  @BeforeEach
  void begin() {
    nodes = new CommandProcesses(dir, "node");
  }

  @AfterEach
  void end() {
    nodes.end();
  }

  @Test
  void stdoutIsTheEnodeAndTheRecordAndSigtermEndsWithZero() throws Exception {
    Process process = launch("a", "--port", "0");
    BufferedReader stdout = stdout(process);
    assertThat(stdout.readLine()).matches("enode://[0-9a-f]{128}@127\\.0\\.0\\.1:\\d+");
    assertThat(stdout.readLine()).startsWith("enr:");
    process.toHandle().destroy(); // Process.destroy would close stdout
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(stdout.readLine()).isNull();
  }

  @Test
  void aTakenPortIsSaidInOneLineAndEndsWithOne() throws Exception {
    Process first = launch("a", "--port", "0");
    String port = stdout(first).readLine().replaceFirst(".*:", "");
    Process second = launch("b", "--port", port);
    assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).isEqualTo(1);
    String last = Files.readString(dir.resolve("b.log")).strip().lines().toList().getLast();
    assertThat(last).contains("can't start").contains(port);
  }

  @Test
  void garbageOnBothPortsIsCountedAndTheOtherPeerStays() throws Exception {
    Process node = launch("a", "--port", "0", "--rpc-port", "0", "--metrics-port", "0");
    String enode = stdout(node).readLine();
    int port = Integer.parseInt(enode.replaceFirst(".*:", ""));
    Process honest = launch("b", "--port", "0", "--discovery", "none", "--static-nodes", enode);
    stdout(honest).readLine();
    int rpc = nodes.numberInLog("a", "JSON-RPC on http://127\\.0\\.0\\.1:(\\d+)");
    int metrics = nodes.numberInLog("a", "metrics on http://127\\.0\\.0\\.1:(\\d+)");
    until("there is a peer", CommandProcesses.LIMIT, () -> peerCount(rpc) == 1);

    Random random = new Random(1);
    byte[] garbage = new byte[600];
    for (int i = 0; i < 20; i++) {
      random.nextBytes(garbage);
      garbage[0] = 1; // a plausible EIP-8 size
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(20_000);
        OutputStream out = socket.getOutputStream();
        out.write(garbage);
        out.flush();
        assertThat(socket.getInputStream().read()).as("closed without a word").isEqualTo(-1);
      } catch (java.net.SocketException reset) {
        // closed with unread bytes: also without a word
      }
    }
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < 20; i++) {
        random.nextBytes(garbage);
        socket.send(
            new DatagramPacket(garbage, garbage.length, InetAddress.getLoopbackAddress(), port));
      }
    }
    until(
        "it is counted",
        CommandProcesses.LIMIT,
        () -> sum(metrics, "handshake|rlpx") > 0 && sum(metrics, "discovery.*drop|drop") >= 20);
    assertThat(peerCount(rpc)).isEqualTo(1);
    assertThat(node.isAlive()).isTrue();
    assertThat(get(metrics, "/healthz")).isEqualTo("ok");
  }

  @Test
  void aDnsListIsAskedForAtTheSystemsServer() throws Exception {
    String list =
        "enrtree://AM5FCQLWIZX2QFPNJAP7VUERCCRNGRHWZG3YYHIUV7BVDQ5FDPRT2@nodes.example.org";
    byte[] name = "\5nodes\7example\3org\0".getBytes(StandardCharsets.ISO_8859_1);
    try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(30_000);
      Process node =
          nodes.launch(
              List.of(HEAP, "-Ddns.server=127.0.0.1:" + server.getLocalPort()),
              "a",
              "--port",
              "0",
              "--dns-discovery",
              list);
      DatagramPacket query = new DatagramPacket(new byte[512], 512);
      server.receive(query);
      String asked = new String(query.getData(), 0, query.getLength(), StandardCharsets.ISO_8859_1);
      assertThat(asked.toLowerCase(Locale.ROOT))
          .contains(new String(name, StandardCharsets.ISO_8859_1));
      assertThat(node.isAlive()).isTrue();
    }
  }

  private Process launch(String name, String... more) throws IOException {
    return nodes.launch(List.of(HEAP), name, more);
  }

  private static int peerCount(int rpcPort) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + rpcPort + "/"))
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"net_peerCount\"}"))
            .build();
    String answer = send(request);
    Matcher matcher = Pattern.compile("0x([0-9a-f]+)").matcher(answer);
    assertThat(matcher.find()).as(answer).isTrue();
    return Integer.parseInt(matcher.group(1), 16);
  }

  /** The sum of all counters whose line matches. */
  private static double sum(int metricsPort, String pattern) throws Exception {
    Pattern wanted = Pattern.compile(pattern);
    return get(metricsPort, "/metrics")
        .lines()
        .filter(line -> !line.startsWith("#") && wanted.matcher(line).find())
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static String get(int port, String path) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).GET().build());
  }

  private static String send(HttpRequest request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }
}
