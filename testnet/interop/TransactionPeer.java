import ethereum.ckzg4844.CKZG4844JNI;
import io.kadlink.identity.Enode;
import io.kadlink.protocols.eth.Eth;
import io.kadlink.protocols.eth.EthOptions;
import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.ForkSchedule;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Kzg;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.dev.DevAccounts;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.DevChainOptions;
import io.kadlink.protocols.eth.dev.GenesisFile;
import io.kadlink.protocols.eth.kzg.NativeKzg;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * Exchanges transactions with a node in one version of eth: GENESIS ENODE RPC VERSION. By JSON-RPC at
 * RPC the node gets a transfer and a transaction with two blobs, which must come over eth, the blobs
 * verified; then it must take the same from us, over eth. {@code accounts} prints a genesis file's
 * "alloc" for the accounts that are used.
 */
public final class TransactionPeer {
  private static final int SECONDS = 30;
  private static final UInt256 GWEI = UInt256.valueOf(1_000_000_000);
  private static final Kzg KZG = NativeKzg.load().orElseThrow();

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI rpc;
  private final UInt256 chainId;

  private TransactionPeer(URI rpc, long chainId) {
    this.rpc = rpc;
    this.chainId = UInt256.valueOf(chainId);
  }

  public static void main(String[] args) throws Exception {
    if (args[0].equals("accounts")) {
      List<String> accounts = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        accounts.add("\"%s\": {\"balance\": \"0x56bc75e2d63100000\"}".formatted(DevAccounts.address(i)));
      }
      System.out.println(String.join(", ", accounts));
      return;
    }
    int version = Integer.parseInt(args[3]);
    DevChain base = DevChain.open(DevChainOptions.of(GenesisFile.read(Path.of(args[0]))));
    Pool pool = new Pool();
    Eth eth = new Eth(new WithPool(base, pool), EthOptions.DEFAULT.withFollowPeers(false));
    try (Server server =
        Server.builder()
            .listen(false)
            .discovery(false)
            .protocols(
                eth.protocols().stream()
                    .filter(one -> one.version() == version)
                    .toArray(Protocol[]::new))
            .start()) {
      server.connect(Enode.parse(args[1])).toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
      until("eth/" + version + " session", () -> !eth.peers().isEmpty());
      new TransactionPeer(URI.create(args[2]), base.chainId())
          .exchange(version, pool, 4 * (version - 68), () -> !eth.peers().isEmpty());
    }
    System.exit(0);
  }

  /** Each account has transactions of one kind only: geth's pools don't share senders. */
  private void exchange(int version, Pool pool, int account, BooleanSupplier connected)
      throws Exception {
    PooledTransaction theirTransfer = transfer(account);
    PooledTransaction theirBlobs = blobs(account + 1);
    PooledTransaction ourTransfer = transfer(account + 2);
    PooledTransaction ourBlobs = blobs(account + 3);

    submit(theirTransfer);
    until("the node's transfer", () -> pool.contains(theirTransfer.hash()));
    long began = System.nanoTime();
    submit(theirBlobs);
    until("the node's blobs", () -> pool.pooled(theirBlobs.hash()).equals(Optional.of(theirBlobs)));
    long fetched = System.nanoTime();

    pool.add(ourTransfer);
    until("the node has our transfer", () -> has(ourTransfer));
    pool.add(ourBlobs);
    until("the node has our blobs", () -> has(ourBlobs));
    if (!connected.getAsBoolean()) {
      throw new IllegalStateException("the session has ended");
    }
    System.out.printf(
        "eth/%d: a transfer and two blobs both ways; theirs here after %d ms%n",
        version, (fetched - began) / 1_000_000);
  }

  private boolean has(PooledTransaction transaction) {
    try {
      return call("eth_getTransactionByHash", transaction.hash()).contains("\"nonce\"");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void submit(PooledTransaction transaction) throws Exception {
    String answer = call("eth_sendRawTransaction", PooledTransactionCodec.encode(transaction));
    if (answer.contains("\"error\"")) {
      throw new IllegalStateException(answer);
    }
  }

  private String call(String method, Bytes parameter) throws Exception {
    return http.send(
                HttpRequest.newBuilder(rpc)
                    .header("Content-Type", "application/json")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":[\"%s\"]}"
                                .formatted(method, parameter.toHexString())))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
  }

  private static void until(String what, BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(what + ": not within " + SECONDS + " s");
      }
      Thread.sleep(20);
    }
  }

  private PooledTransaction transfer(int account) {
    return PooledTransaction.of(
        Transaction.sign(
            new TransactionPayload.DynamicFee(
                chainId,
                0,
                GWEI,
                GWEI.multiply(10),
                21_000,
                Optional.of(DevAccounts.address(100)),
                UInt256.ONE,
                Bytes.EMPTY,
                List.of()),
            DevAccounts.key(account)));
  }

  private PooledTransaction blobs(int account) {
    List<Bytes> blobs = new ArrayList<>();
    List<Bytes> commitments = new ArrayList<>();
    for (int seed = 2 * account; seed < 2 * account + 2; seed++) {
      byte[] blob = new byte[BlobSidecar.BLOB_BYTES];
      for (int i = 0; i < blob.length / 32; i++) {
        blob[32 * i + 31] = (byte) (i * 7 + seed);
        blob[32 * i + 30] = (byte) (i >> 8);
      }
      blobs.add(Bytes.wrap(blob));
      commitments.add(Bytes.wrap(CKZG4844JNI.blobToKzgCommitment(blob)));
    }
    BlobSidecar sidecar =
        KZG.withCellProofs(
            new BlobSidecar(BlobSidecar.Form.BLOB_PROOFS, blobs, commitments, List.of()));
    return new PooledTransaction(
        Transaction.sign(
            new TransactionPayload.Blob(
                chainId,
                0,
                GWEI,
                GWEI.multiply(10),
                21_000,
                DevAccounts.address(100),
                UInt256.ONE,
                Bytes.EMPTY,
                List.of(),
                GWEI,
                commitments.stream().map(BlobSidecar::versionedHash).toList()),
            DevAccounts.key(account)),
        Optional.of(sidecar));
  }

  /** Takes everything but wrong blobs. */
  private static final class Pool implements TransactionPool {
    private final Map<Bytes32, PooledTransaction> transactions = new ConcurrentHashMap<>();
    private final List<Consumer<Transaction>> listeners = new CopyOnWriteArrayList<>();

    @Override
    public Verdict add(PooledTransaction pooled) {
      if (pooled.flaw().isPresent() || pooled.sidecar().map(KZG::verify).orElse(true) == false) {
        return new Verdict.Refused("not its blobs", true);
      }
      if (transactions.putIfAbsent(pooled.hash(), pooled) != null) {
        return new Verdict.Known();
      }
      listeners.forEach(listener -> listener.accept(pooled.transaction()));
      return new Verdict.Accepted();
    }

    @Override
    public boolean contains(Bytes32 hash) {
      return transactions.containsKey(hash);
    }

    @Override
    public Optional<Transaction> get(Bytes32 hash) {
      return pooled(hash).map(PooledTransaction::transaction);
    }

    @Override
    public Optional<PooledTransaction> pooled(Bytes32 hash) {
      return Optional.ofNullable(transactions.get(hash));
    }

    @Override
    public Optional<List<Bytes>> cells(Bytes32 hash, CellMask mask) {
      return pooled(hash)
          .flatMap(PooledTransaction::sidecar)
          .map(sidecar -> KZG.cells(sidecar.blobs(), mask));
    }

    @Override
    public List<Bytes32> hashes(int max) {
      return transactions.keySet().stream().limit(max).toList();
    }

    @Override
    public int size() {
      return transactions.size();
    }

    @Override
    public Chain.Subscription onAdded(Consumer<Transaction> listener) {
      listeners.add(listener);
      return () -> listeners.remove(listener);
    }
  }

  /** A chain with another pool. */
  private record WithPool(Chain chain, Pool pool) implements Chain {
    @Override
    public long chainId() {
      return chain.chainId();
    }

    @Override
    public long networkId() {
      return chain.networkId();
    }

    @Override
    public Bytes32 genesisHash() {
      return chain.genesisHash();
    }

    @Override
    public BlockHeader head() {
      return chain.head();
    }

    @Override
    public UInt256 totalDifficulty() {
      return chain.totalDifficulty();
    }

    @Override
    public ForkSchedule forks() {
      return chain.forks();
    }

    @Override
    public Optional<BlockHeader> header(long number) {
      return chain.header(number);
    }

    @Override
    public Optional<BlockHeader> header(Bytes32 hash) {
      return chain.header(hash);
    }

    @Override
    public Optional<BlockBody> body(Bytes32 hash) {
      return chain.body(hash);
    }

    @Override
    public Optional<List<Receipt>> receipts(Bytes32 hash) {
      return chain.receipts(hash);
    }

    @Override
    public CompletionStage<ImportResult> importBlock(Block block) {
      return chain.importBlock(block);
    }

    @Override
    public Subscription onNewHead(Consumer<Block> listener) {
      return chain.onNewHead(listener);
    }

    @Override
    public void close() {
      chain.close();
    }
  }
}
