import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;
import org.ethereum.beacon.discovery.AddressAccessPolicy;
import org.ethereum.beacon.discovery.DiscoverySystem;
import org.ethereum.beacon.discovery.DiscoverySystemBuilder;
import org.ethereum.beacon.discovery.crypto.DefaultSigner;
import org.ethereum.beacon.discovery.crypto.Signer;
import org.ethereum.beacon.discovery.schema.NodeRecord;
import org.ethereum.beacon.discovery.schema.NodeRecordBuilder;
import org.ethereum.beacon.discovery.schema.NodeRecordFactory;
import org.ethereum.beacon.discovery.util.Functions;

/**
 * A node of io.consensys.protocols:discovery on loopback that answers talk requests of "echo" with
 * themselves and of others with nothing.
 *
 * <p>Arguments: PORT KADLINK ECHO OTHER..., all ENRs. Prints its own, asks KADLINK, whose table has
 * each OTHER, and ECHO, which listens for "echo"; prints "asked" and stays.
 */
public final class ConsensysPeer {
  private static final Bytes ECHO = ascii("echo");

  private final DiscoverySystem discovery;
  private final NodeRecord kadlink;
  private final NodeRecord echo;
  private final List<NodeRecord> others;

  private ConsensysPeer(DiscoverySystem discovery, List<NodeRecord> nodes) {
    this.discovery = discovery;
    this.kadlink = nodes.get(0);
    this.echo = nodes.get(1);
    this.others = nodes.subList(2, nodes.size());
  }

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    Signer signer = new DefaultSigner(Functions.randomKeyPair(new Random()).secretKey());
    NodeRecord local =
        new NodeRecordBuilder().signer(signer).address("127.0.0.1", port).seq(1).build();
    DiscoverySystem discovery =
        new DiscoverySystemBuilder()
            .signer(signer)
            .localNodeRecord(local)
            .listen("127.0.0.1", port)
            .addressAccessPolicy(AddressAccessPolicy.ALLOW_ALL)
            .talkHandler(
                (from, protocol, request) ->
                    CompletableFuture.completedFuture(
                        protocol.equals(ECHO) ? request : Bytes.EMPTY))
            .build();
    answer(discovery.start());
    System.out.println(discovery.getLocalNodeRecord().asEnr());
    List<NodeRecord> nodes =
        Arrays.stream(args).skip(1).map(NodeRecordFactory.DEFAULT::fromEnr).toList();
    try {
      new ConsensysPeer(discovery, nodes).ask();
      System.out.println("asked");
    } catch (Exception e) {
      System.out.println("FAILED: " + e);
      System.exit(1);
    }
    Thread.currentThread().join();
  }

  private void ask() throws Exception {
    answer(discovery.ping(kadlink));
    step("handshake, and ping answered with pong");

    Collection<NodeRecord> self = answer(discovery.findNodes(kadlink, List.of(0)));
    check(self.stream().toList().equals(List.of(kadlink)), "at distance 0: " + self);
    step("findnode at distance 0 answered with its own record");
    List<Integer> distances = others.stream().map(this::distance).distinct().toList();
    Collection<NodeRecord> far = answer(discovery.findNodes(kadlink, distances));
    check(far.containsAll(others), "at distances " + distances + ": " + far);
    step("findnode at distances " + distances + " answered with the nodes there");

    Bytes request = ascii("kadlink");
    check(answer(discovery.talk(echo, ECHO, request)).equals(request), "talk answered otherwise");
    step("talk request answered by its handler");
    check(answer(discovery.talk(kadlink, ascii("unknown"), request)).isEmpty(), "talk answered");
    step("talk request of an unknown protocol answered with nothing");
    for (NodeRecord other : others) {
      answer(discovery.ping(other));
    }
    step("ping answered by " + others.size() + " bootnodes, too");
  }

  private int distance(NodeRecord other) {
    return Functions.logDistance(kadlink.getNodeId(), other.getNodeId());
  }

  private static <T> T answer(CompletableFuture<T> asked) throws Exception {
    return asked.get(10, TimeUnit.SECONDS);
  }

  private static Bytes ascii(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }

  private static void step(String text) {
    System.out.println("ok  v5 consensys -> kadlink: " + text);
  }
}
