package io.kadlink.bench.server;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.server.membership.Authorities;
import io.kadlink.server.membership.AuthorityDirectory;
import io.kadlink.server.membership.CertificateAuthority;
import io.kadlink.server.membership.KeyType;
import io.kadlink.server.membership.MembershipException;
import io.kadlink.server.membership.MembershipFiles;
import io.kadlink.server.membership.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What judging a chain of certificates costs: the thread that does it, and a loop that need not.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MembershipBenchmark {
  private static final Duration DAY = Duration.ofDays(1);

  @Param({"P256", "SECP256K1", "ED25519", "RSA2048"})
  public KeyType type = KeyType.P256;

  @Param({"1", "2"})
  public int certificates = 1;

  private final PublicKey node = NodeKey.generate().publicKey();
  private final Instant now = Instant.now();
  private @Nullable Authorities authorities;
  private Bytes member = Bytes.EMPTY;
  private Bytes foreign = Bytes.EMPTY;

  @Setup
  public void found() throws IOException, MembershipException {
    SecureRandom random = new SecureRandom();
    Path folder = Files.createTempDirectory("membership");
    try {
      CertificateAuthority root = root("Bank A", random);
      AuthorityDirectory.create(folder, root, Optional.empty(), now.minusSeconds(1), DAY);
      authorities =
          new MembershipFiles(
                  Optional.of(folder.resolve(AuthorityDirectory.CERTIFICATE_FILE)),
                  Optional.of(folder.resolve(AuthorityDirectory.LIST_FILE)),
                  Optional.empty())
              .read(node)
              .authorities()
              .orElseThrow();
      member = shown(root, random);
      foreign = shown(root("Casino", random), random);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
        for (Path file : all) {
          Files.delete(file);
        }
      }
    }
  }

  private CertificateAuthority root(String name, SecureRandom random) throws MembershipException {
    return CertificateAuthority.root(
        name, type, now.minus(DAY), now.plus(DAY.multipliedBy(9)), random);
  }

  private Bytes shown(CertificateAuthority root, SecureRandom random) throws MembershipException {
    CertificateAuthority issuer =
        certificates == 1
            ? root
            : root.subordinate("Branch", type, now.minus(DAY), now.plus(DAY), random);
    return issuer.issue(node, "node", now.minus(DAY), now.plus(DAY), random).element().value();
  }

  /** All of it: parsed, verified, not on the list. */
  @Benchmark
  public Verdict member() {
    return judge(member);
  }

  /** Refused before a signature is looked at. */
  @Benchmark
  public Verdict foreign() {
    return judge(foreign);
  }

  /** What the server's loop does for a node it knows: the key to the answer. */
  @Benchmark
  public byte[] known() {
    return Keccak256.hash(member.toArrayUnsafe());
  }

  private Verdict judge(Bytes shown) {
    if (authorities == null) {
      throw new IllegalStateException("not prepared");
    }
    return authorities.judge(node, shown, now);
  }
}
