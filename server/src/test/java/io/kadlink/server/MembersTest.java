package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.HelloElement;
import io.kadlink.server.admission.Rule;
import io.kadlink.server.membership.AuthorityDirectory;
import io.kadlink.server.membership.CertificateAuthority;
import io.kadlink.server.membership.KeyType;
import io.kadlink.server.membership.MemberChain;
import io.kadlink.server.membership.MembershipFiles;
import io.kadlink.server.membership.RevocationReason;
import io.kadlink.server.membership.Verdict;
import io.kadlink.server.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who waits to be verified, and what is remembered of those who were, on virtual time. */
class MembersTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path dir;
  private final ManualLoop loop = new ManualLoop();
  private final Queue<Runnable> verifier = new ArrayDeque<>();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final PublicKey node = NodeKey.generate().publicKey();
  private final List<Verdict> answers = new ArrayList<>();
  private AuthorityDirectory bank;
  private MemberChain chain;
  private Members members;

  @BeforeEach
  void found() throws Exception {
    Instant now = loop.now();
    bank =
        AuthorityDirectory.create(
            dir,
            CertificateAuthority.root(
                "Bank A", KeyType.P256, now.minus(DAY), now.plus(DAY.multipliedBy(30)), RANDOM),
            Optional.empty(),
            now,
            DAY.multipliedBy(20));
    chain =
        bank.authority().issue(node, "node", now.minus(DAY), now.plus(DAY.multipliedBy(2)), RANDOM);
    PublicKey self = NodeKey.generate().publicKey();
    MembershipFiles files =
        new MembershipFiles(
            Optional.of(dir.resolve(AuthorityDirectory.CERTIFICATE_FILE)),
            Optional.of(dir.resolve(AuthorityDirectory.LIST_FILE)),
            Optional.empty());
    PeerSet peers =
        new PeerSet(loop, loop.clock(), List.of(), new ServerMetrics(metrics), new Events());
    members =
        new Members(
            loop,
            loop.clock(),
            Members.Start.read(files, self),
            self,
            verifier::add,
            peers,
            new MembershipMetrics(metrics));
  }

  @Test
  void soManyWaitAndTheNextIsTurnedAwayWithoutHarm() {
    for (int i = 0; i < Members.MAX_WAITING; i++) {
      examine(NodeKey.generate().publicKey());
    }
    assertThat(answers).isEmpty();

    examine(node);
    assertThat(answers).singleElement().satisfies(MembersTest::isBusy);

    answers.clear();
    verify();
    assertThat(answers)
        .hasSize(Members.MAX_WAITING)
        .noneMatch(it -> rule(it) == Rule.MEMBERSHIP_BUSY);
    examine(node);
    verify();
    assertThat(answers.getLast()).isInstanceOf(Verdict.Member.class);
  }

  @Test
  void whoIsKnownIsAnsweredWhileOthersWait() {
    examine(node);
    verify();
    for (int i = 0; i < Members.MAX_WAITING; i++) {
      examine(NodeKey.generate().publicKey());
    }
    answers.clear();

    examine(node);

    assertThat(answers).singleElement().isInstanceOf(Verdict.Member.class);
  }

  @Test
  void soManyAnswersAreRememberedAndTheOneUnusedForLongestGoes() {
    List<PublicKey> strangers = new ArrayList<>();
    for (int i = 0; i < Members.MAX_REMEMBERED; i++) {
      strangers.add(NodeKey.generate().publicKey());
      examine(strangers.getLast());
      verify();
    }
    assertThat(known(strangers.getFirst())).isTrue(); // and now it was used
    examine(node);
    verify();

    assertThat(known(strangers.getFirst())).isTrue();
    assertThat(known(strangers.get(1))).isFalse();
    assertThat(known(node)).isTrue();
  }

  @Test
  void anAnswerIsRememberedAsLongAsItHolds() {
    examine(node);
    verify();

    loop.advance(DAY);
    assertThat(known(node)).isTrue();
    loop.advance(DAY.plusSeconds(1));
    examine(node);
    verify();
    assertThat(rule(answers.getLast())).isEqualTo(Rule.CERTIFICATE_EXPIRED);
  }

  @Test
  void whatWasVerifiedAgainstOldFilesIsNotRemembered() throws Exception {
    members.reload(); // files are read before the answer comes
    loop.runDue();
    Runnable reading = verifier.remove();
    examine(node);
    Runnable verifying = verifier.remove();
    bank.revoke(chain, RevocationReason.UNSPECIFIED, loop.now(), DAY.multipliedBy(20));
    reading.run();
    loop.runDue();
    verifying.run();
    loop.runDue();
    assertThat(answers.getLast()).as("as it was asked").isInstanceOf(Verdict.Member.class);
    verify();

    examine(node);
    verify();

    assertThat(rule(answers.getLast())).isEqualTo(Rule.CERTIFICATE_REVOKED);
  }

  private void examine(PublicKey remote) {
    HelloElement shown = chain.element();
    Hello hello = new Hello(5, "x", List.of(), 0, remote, List.of(shown));
    loop.execute(() -> members.examine(remote, hello, answers::add));
    loop.runDue();
  }

  private boolean known(PublicKey remote) {
    int before = answers.size();
    examine(remote);
    boolean known = answers.size() > before;
    verify();
    return known;
  }

  private void verify() {
    while (!verifier.isEmpty()) {
      verifier.remove().run();
      loop.runDue();
    }
  }

  private static void isBusy(Verdict verdict) {
    assertThat(rule(verdict)).isEqualTo(Rule.MEMBERSHIP_BUSY);
  }

  private static Rule rule(Verdict verdict) {
    return ((Verdict.Stranger) verdict).refusal().rule();
  }
}
