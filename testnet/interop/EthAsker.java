import io.kadlink.identity.Enode;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.peer.Arrival;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthLimits;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.Status69;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.protocols.eth.wire.MessageCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.ProtocolContext;
import io.kadlink.server.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;

/**
 * Asks a node for its whole chain in one version of eth, since eth/69: ENODE VERSION. Headers must be
 * linked, bodies and receipts must have the roots of their headers. Whatever chain the node has is
 * taken for ours: its Status is said back to it.
 */
public final class EthAsker implements Protocol {
  private static final int HEADERS = 192;
  private static final int BODIES = 64;

  private final EthVersion version;
  private final CompletableFuture<String> done = new CompletableFuture<>();
  private final List<BlockHeader> headers = new ArrayList<>();
  private ProtocolContext context;
  private EthPeer peer;
  private long latest;
  private int transactions;
  private int receipts;
  private long logBytes;

  private EthAsker(EthVersion version) {
    this.version = version;
  }

  public static void main(String[] args) throws Exception {
    EthAsker asker = new EthAsker(EthVersion.valueOf("ETH_" + args[1]));
    try (Server server =
        Server.builder().listen(false).discovery(false).protocol(asker).start()) {
      server.connect(Enode.parse(args[0])).toCompletableFuture().get(30, TimeUnit.SECONDS);
      System.out.println(asker.done.get(120, TimeUnit.SECONDS));
    }
    System.exit(0);
  }

  @Override
  public String name() {
    return "eth";
  }

  @Override
  public int version() {
    return version.number();
  }

  @Override
  public int messageCount() {
    return version.messageCount();
  }

  @Override
  public void start(ProtocolContext context) {
    this.context = context;
  }

  @Override
  public void connected(Peer session) {
    peer =
        new EthPeer(
            session,
            this,
            version,
            context.loop(),
            new EthMetrics(context.metrics()),
            Duration.ofSeconds(60),
            changed -> {});
  }

  @Override
  public void message(Peer session, int code, Bytes payload) throws ProtocolViolation {
    if (MessageCode.isResponse(code)) {
      peer.receive(Arrival.of(version, code, payload));
    } else if (code == MessageCode.STATUS) {
      Status69 theirs = (Status69) EthCodec.decode(version, code, payload);
      latest = theirs.range().latest();
      peer.send(theirs);
      askHeaders();
    }
  }

  @Override
  public void disconnected(Peer session, DisconnectReason reason) {
    fail("disconnected: " + reason);
  }

  private void askHeaders() {
    if (headers.size() > latest) {
      askBodies(0);
      return;
    }
    peer.requestHeaders(
        new GetBlockHeaders.AtNumber(headers.size()),
        HEADERS,
        false,
        answer -> {
          List<BlockHeader> got = answer.orElseThrow().headers();
          for (BlockHeader header : got) {
            if (!headers.isEmpty() && !header.parentHash().equals(headers.getLast().hash())) {
              fail("header " + header + " is not linked");
            }
            headers.add(header);
          }
          if (got.isEmpty()) {
            fail("no header after " + headers.size());
          } else {
            askHeaders();
          }
        });
  }

  private void askBodies(int from) {
    if (from == headers.size()) {
      askReceipts(0);
      return;
    }
    List<BlockHeader> asked = headers.subList(from, Math.min(from + BODIES, headers.size()));
    peer.requestBodies(
        asked.stream().map(BlockHeader::hash).toList(),
        answer -> {
          List<BlockBody> bodies = answer.map(BlockBodies::bodies).orElse(List.of());
          for (int i = 0; i < bodies.size(); i++) {
            BlockHeader header = asked.get(i);
            BlockBody body = bodies.get(i);
            if (!BlockRoots.transactionsRoot(body.transactions()).equals(header.transactionsRoot())
                || !BlockRoots.ommersHash(body.ommers()).equals(header.ommersHash())
                || !body.withdrawals()
                    .map(BlockRoots::withdrawalsRoot)
                    .equals(header.withdrawalsRoot())
                || body.transactions().stream().anyMatch(each -> each.sender().isEmpty())) {
              fail("the body of " + header + " is not its own");
            }
            transactions += body.transactions().size();
          }
          if (bodies.isEmpty()) {
            fail("no body of " + asked.getFirst());
          } else {
            askBodies(from + bodies.size());
          }
        });
  }

  private void askReceipts(int from) {
    List<BlockHeader> blocks = headers.stream().filter(this::canAskReceipts).toList();
    if (from == blocks.size()) {
      askAccessLists();
      return;
    }
    List<BlockHeader> asked = blocks.subList(from, Math.min(from + BODIES, blocks.size()));
    peer.requestReceipts(
        asked,
        answer -> {
          if (answer.isEmpty() || answer.get().isEmpty()) {
            fail("no receipts of " + asked.getFirst());
            return;
          }
          answer
              .get()
              .forEach(
                  list -> {
                    receipts += list.size();
                    list.forEach(
                        receipt ->
                            receipt.logs().forEach(entry -> logBytes += entry.data().size()));
                  });
          askReceipts(from + answer.get().size());
        });
  }

  /** Before eth/70 geth answers with all receipts of a block even in a message that is too large. */
  private boolean canAskReceipts(BlockHeader block) {
    return version.has(EthVersion.ETH_70) || block.gasUsed() / 8 < EthLimits.MAX_MESSAGE_BYTES;
  }

  private void askAccessLists() {
    if (!version.has(EthVersion.ETH_71)) {
      succeed();
      return;
    }
    List<BlockHeader> asked = headers.subList(headers.size() - 2, headers.size());
    peer.requestAccessLists(
        asked,
        answer -> {
          if (answer.isEmpty() || answer.get().size() != 2) {
            fail("two access lists were asked for, answered was " + answer);
          } else {
            askCells();
          }
        });
  }

  private void askCells() {
    if (!version.has(EthVersion.ETH_72)) {
      succeed();
      return;
    }
    peer.requestCells(
        List.of(headers.getFirst().hash()),
        CellMask.ALL,
        answer -> {
          if (answer.isEmpty() || answer.get().size() != 0) {
            fail("cells of no transaction, answered was " + answer);
          } else {
            succeed();
          }
        });
  }

  private void succeed() {
    done.complete(
        "%s: %d headers, %d transactions, %d receipts with %d bytes of logs"
            .formatted(version, headers.size(), transactions, receipts, logBytes));
  }

  private void fail(String why) {
    done.completeExceptionally(new IllegalStateException(version + ": " + why));
  }
}
