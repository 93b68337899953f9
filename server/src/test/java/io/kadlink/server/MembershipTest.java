package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.NettyRlpx;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.RlpxException;
import io.kadlink.rlpx.RlpxOptions;
import io.kadlink.rlpx.Transport;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.HelloElement;
import io.kadlink.server.membership.AuthorityDirectory;
import io.kadlink.server.membership.CertificateAuthority;
import io.kadlink.server.membership.KeyType;
import io.kadlink.server.membership.MemberChain;
import io.kadlink.server.membership.MembershipException;
import io.kadlink.server.membership.MembershipFiles;
import io.kadlink.server.membership.RevocationReason;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that admit members alone, and who comes to them, over real sockets. */
@Timeout(60)
class MembershipTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration LIST = DAY.multipliedBy(8);
  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir Path dir;
  private final TestNetwork network = new TestNetwork();
  private final AtomicReference<Duration> clockRuns = new AtomicReference<>(Duration.ZERO);
  private AuthorityDirectory bank;

  @BeforeEach
  void found() throws Exception {
    bank = authority("bank", "Bank A");
  }

  @AfterEach
  void close() {
    network.close();
  }

  @Test
  void membersOfOneOrganisationBecomePeersAndSeeEachOthersNames() throws Exception {
    Server a = member(bank, "alice");
    Server b = member(bank, "bob");

    Peer bob = network.connect(a, b);
    Peer alice = network.peer(b, a);

    assertThat(bob.organisation()).contains("Bank A");
    assertThat(bob.membership().orElseThrow().subject()).isEqualTo("bob");
    assertThat(alice.organisation()).contains("Bank A");
    assertThat(alice.membership().orElseThrow().subject()).isEqualTo("alice");
    assertThat(checks(b, "member", "verified")).isEqualTo(1);
  }

  @Test
  void whoShowsNothingIsRefusedAndBothSidesKnowWhy() throws Exception {
    Server members = member(bank, "alice");
    List<ServerEvent> events = new CopyOnWriteArrayList<>();
    members.events(events::add);
    Server stranger = network.server(new Echo());

    assertThat(refusal(stranger, members)).contains(DisconnectReason.USELESS_PEER.toString());

    assertThat(members.peers()).isEmpty();
    assertThat(reason(members, stranger)).contains("it shows no certificate");
    assertThat(events)
        .filteredOn(ServerEvent.Refused.class::isInstance)
        .map(ServerEvent.Refused.class::cast)
        .singleElement()
        .satisfies(
            refused -> {
              assertThat(refused.remote().id()).isEqualTo(stranger.id());
              assertThat(refused.reason()).isEqualTo(DisconnectReason.USELESS_PEER);
            });
    assertThat(refusals(members, "not_a_member", "accepted")).isEqualTo(1);
  }

  @Test
  void whomAMemberDialsIsJudgedTheSame() throws Exception {
    Server members = member(bank, "alice");
    Server stranger = network.server(new Echo());

    assertThat(Await.failure(members.connect(stranger.enode())))
        .hasMessageContaining("we refused it: members alone are admitted");

    Await.until("the stranger has no peer", () -> stranger.peers().isEmpty());
    assertThat(reason(members, stranger)).contains("it shows no certificate");
    assertThat(refusals(members, "not_a_member", "dialed")).isEqualTo(1);
  }

  @Test
  void aTrustedNodeHasToBeAMemberToo() throws Exception {
    Server stranger = network.server(new Echo());
    Server members = member(bank, "alice", options -> options.trustedNodes(stranger.enode()));

    assertThat(refusal(stranger, members)).contains(DisconnectReason.USELESS_PEER.toString());
  }

  @Test
  void aStaticNodeHasToBeAMemberToo() throws Exception {
    Server stranger = network.server(new Echo());
    Server members = member(bank, "alice", options -> options.staticNodes(stranger.enode()));

    Await.until("it is refused", () -> refusals(members, "not_a_member", "dialed") > 0);
    assertThat(members.peers()).isEmpty();
  }

  @Test
  void aForeignCertificateIsRefused() throws Exception {
    Server members = member(bank, "alice");
    Server foreign = shows(authority("casino", "Casino"), "eve");

    assertThat(refusal(foreign, members)).contains(DisconnectReason.USELESS_PEER.toString());
    assertThat(reason(members, foreign)).contains("Casino").contains("none of the organisations");
    assertThat(refusals(members, "certificate_foreign", "accepted")).isEqualTo(1);
  }

  @Test
  void anExpiredCertificateIsRefused() throws Exception {
    Server members = member(bank, "alice");
    NodeKey key = NodeKey.generate();
    Instant past = Instant.now().minus(HOUR);
    Path chain = issue(bank, key, "late", past, past.plusSeconds(1));
    Server late = server(key, files(Optional.empty(), Optional.of(chain)));

    assertThat(refusal(late, members)).contains(DisconnectReason.INVALID_IDENTITY.toString());
    assertThat(reason(members, late)).contains("expired at");
    assertThat(refusals(members, "certificate_expired", "accepted")).isEqualTo(1);
  }

  @Test
  void aRevokedCertificateIsRefused() throws Exception {
    NodeKey key = NodeKey.generate();
    Path chain = issue(bank, key, "thief", Instant.now().minus(HOUR), Instant.now().plus(HOUR));
    bank.revoke(MemberChain.read(chain), RevocationReason.KEY_COMPROMISE, Instant.now(), LIST);
    Server members = member(bank, "alice");
    Server thief = server(key, files(Optional.empty(), Optional.of(chain)));

    assertThat(refusal(thief, members)).contains(DisconnectReason.INVALID_IDENTITY.toString());
    assertThat(reason(members, thief)).contains("is revoked since").contains("key compromise");
    assertThat(refusals(members, "certificate_revoked", "accepted")).isEqualTo(1);
  }

  @Test
  void anothersCertificateIsRefused() throws Exception {
    Server members = member(bank, "alice");
    MemberChain others = MemberChain.read(issue(bank, NodeKey.generate(), "bob"));

    assertThat(dialWith(members, others.element()).reason())
        .contains(DisconnectReason.UNEXPECTED_IDENTITY);
    assertThat(refusals(members, "certificate_wrong_key", "accepted")).isEqualTo(1);
  }

  @Test
  void whatIsNoChainIsRefused() throws Exception {
    Server members = member(bank, "alice");

    assertThat(dialWith(members, new HelloElement("x509", Bytes.of(1, 2, 3))).reason())
        .contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(refusals(members, "certificate_malformed", "accepted")).isEqualTo(1);
  }

  @Test
  void whereEveryoneIsAdmittedACertificateChangesNothing() throws Exception {
    Server open = network.server(new Echo());
    Server shows = shows(bank, "alice");
    Server other = network.server(new Echo());

    network.connect(shows, open);
    network.connect(other, shows);

    assertThat(network.peer(open, shows).membership()).isEmpty();
    assertThat(network.peer(shows, other).membership()).isEmpty();
  }

  @Test
  void whoComesAgainIsNotVerifiedAgain() throws Exception {
    Server a = member(bank, "alice");
    Server b = member(bank, "bob");

    for (int i = 0; i < 3; i++) {
      Peer peer = network.connect(a, b);
      Await.value(peer.disconnect(DisconnectReason.REQUESTED));
      Await.until("both are alone", () -> a.peers().isEmpty() && b.peers().isEmpty());
    }

    assertThat(checks(b, "member", "verified")).isEqualTo(1);
    assertThat(checks(b, "member", "known")).isEqualTo(2);
  }

  @Test
  void aPeerWhoseCertificateExpiresIsToldGoodbye() throws Exception {
    Server a = member(bank, "alice");
    NodeKey key = NodeKey.generate();
    Instant soon = Instant.now().plus(HOUR);
    Path chain = issue(bank, key, "bob", Instant.now().minus(HOUR), soon);
    Server b = server(key, files(Optional.empty(), Optional.of(chain)));
    network.connect(b, a);
    List<ServerEvent> events = new CopyOnWriteArrayList<>();
    b.events(events::add);

    clockRuns.set(HOUR.plusSeconds(2));

    Await.until("the session is over", () -> a.peers().isEmpty() && b.peers().isEmpty());
    assertThat(goodbye(events).reason()).isEqualTo(DisconnectReason.INVALID_IDENTITY);
    assertThat(reason(a, b)).contains("expired at");
    assertThat(ended(a, "certificate_expired")).isEqualTo(1);
  }

  @Test
  void aPeerWhoseCertificateIsRevokedIsToldGoodbyeAndTheOthersStay() throws Exception {
    Server a = member(bank, "alice");
    NodeKey key = NodeKey.generate();
    Path chain = issue(bank, key, "thief");
    Server thief = server(key, files(Optional.empty(), Optional.of(chain)));
    Server bob = member(bank, "bob");
    network.connect(thief, a);
    network.connect(bob, a);
    List<ServerEvent> events = new CopyOnWriteArrayList<>();
    thief.events(events::add);

    bank.revoke(MemberChain.read(chain), RevocationReason.UNSPECIFIED, Instant.now(), LIST);

    // nobody tells the server: it looks at its files
    Await.until("the thief is gone", () -> a.peer(thief.id()).isEmpty());
    Await.until("and knows it", () -> thief.peers().isEmpty());
    assertThat(goodbye(events).reason()).isEqualTo(DisconnectReason.INVALID_IDENTITY);
    assertThat(ended(a, "certificate_revoked")).isEqualTo(1);
    assertThat(a.peer(bob.id())).isPresent();
    assertThat(Await.value(a.membership()).authorities().getFirst().revoked()).isEqualTo(1);
  }

  @Test
  void aListOutOfDateKeepsNewcomersOutAndPeersIn() throws Exception {
    Server a = member(bank, "alice");
    Server bob = member(bank, "bob");
    network.connect(bob, a);
    Server carol = shows(bank, "carol");

    clockRuns.set(LIST.plusSeconds(1));

    assertThat(refusal(carol, a)).contains(DisconnectReason.REQUESTED.toString());
    assertThat(reason(a, carol)).contains("should have been renewed by");
    assertThat(refusals(a, "revocation_unknown", "accepted")).isEqualTo(1);
    Await.value(a.reloadMembership());
    bank.renewList(now(), LIST);
    Await.value(a.reloadMembership());
    assertThat(a.peer(bob.id())).isPresent();
    network.connect(carol, a);
  }

  @Test
  void aNewOrganisationIsAdmittedOnceItsCertificateIsInTheFile() throws Exception {
    Server a = member(bank, "alice");
    AuthorityDirectory casino = authority("casino", "Casino");
    Server eve = shows(casino, "eve");
    refusal(eve, a);

    Path ca = dir.resolve("bank").resolve(AuthorityDirectory.CERTIFICATE_FILE);
    Files.writeString(
        ca,
        Files.readString(ca)
            + Files.readString(dir.resolve("casino").resolve(AuthorityDirectory.CERTIFICATE_FILE)));
    Await.value(a.reloadMembership());

    assertThat(network.connect(eve, a)).isNotNull();
    assertThat(network.peer(a, eve).organisation()).contains("Casino");
  }

  @Test
  void filesThatCanNotBeUsedChangeNothing() throws Exception {
    Server a = member(bank, "alice");
    Server b = member(bank, "bob");
    network.connect(b, a);
    Path ca = dir.resolve("bank").resolve(AuthorityDirectory.CERTIFICATE_FILE);

    Files.writeString(ca, "nothing of use");

    assertThat(Await.failure(a.reloadMembership()))
        .isInstanceOf(MembershipException.class)
        .hasMessageContaining(ca.toString());
    assertThat(a.peer(b.id())).isPresent();
    assertThat(Await.value(a.membership()).failure()).isPresent();
    network.connect(shows(bank, "carol"), a);
  }

  @Test
  void aRenewedCertificateIsShownFromThenOn() throws Exception {
    NodeKey key = NodeKey.generate();
    Path chain = issue(bank, key, "old name");
    Server a = member(bank, "alice");
    Server b = server(key, files(Optional.empty(), Optional.of(chain)));
    Peer peer = network.connect(b, a);
    assertThat(network.peer(a, b).membership().orElseThrow().subject()).isEqualTo("old name");
    Await.value(peer.disconnect(DisconnectReason.REQUESTED));
    Await.until("the session is over", () -> a.peers().isEmpty() && b.peers().isEmpty());

    Files.copy(
        issue(bank, key, "new name"), chain, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Await.value(b.reloadMembership());
    network.connect(b, a);

    assertThat(network.peer(a, b).membership().orElseThrow().subject()).isEqualTo("new name");
  }

  @Test
  void aServerWithAnothersCertificateDoesNotStart() throws Exception {
    Path others = issue(bank, NodeKey.generate(), "bob");

    assertThatThrownBy(
            () -> server(NodeKey.generate(), files(Optional.empty(), Optional.of(others))))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining(others.toString())
        .hasMessageContaining("another key");
    assertThatThrownBy(
            () ->
                server(
                    NodeKey.generate(),
                    files(Optional.of(dir.resolve("nowhere")), Optional.empty())))
        .isInstanceOf(ServerStartException.class)
        .hasMessageContaining("there is no file");
  }

  // --- who there is

  private AuthorityDirectory authority(String folder, String organisation) throws Exception {
    Instant now = Instant.now();
    return AuthorityDirectory.create(
        dir.resolve(folder),
        CertificateAuthority.root(
            organisation, KeyType.P256, now.minus(DAY), now.plus(DAY.multipliedBy(30)), RANDOM),
        Optional.empty(),
        now.minusSeconds(1),
        LIST);
  }

  private Path issue(AuthorityDirectory authority, NodeKey key, String name) throws Exception {
    return issue(
        authority, key, name, Instant.now().minus(HOUR), Instant.now().plus(DAY.multipliedBy(20)));
  }

  private Path issue(
      AuthorityDirectory authority, NodeKey key, String name, Instant from, Instant until)
      throws Exception {
    MemberChain chain = authority.authority().issue(key.publicKey(), name, from, until, RANDOM);
    Path file = Files.createTempFile(dir, "chain", ".pem");
    return Files.writeString(file, chain.toPem());
  }

  /** Admits the bank's members alone, and shows that it is one itself. */
  private Server member(AuthorityDirectory authority, String name) throws Exception {
    return member(authority, name, options -> options);
  }

  private Server member(
      AuthorityDirectory authority, String name, UnaryOperator<ServerBuilder> more)
      throws Exception {
    NodeKey key = NodeKey.generate();
    Path chain = issue(authority, key, name);
    return server(key, files(Optional.of(dir.resolve("bank")), Optional.of(chain)), more);
  }

  /** Admits everyone, and shows whose member it is. */
  private Server shows(AuthorityDirectory authority, String name) throws Exception {
    NodeKey key = NodeKey.generate();
    return server(key, files(Optional.empty(), Optional.of(issue(authority, key, name))));
  }

  private static MembershipFiles files(Optional<Path> authority, Optional<Path> chain) {
    return new MembershipFiles(
        authority.map(it -> it.resolve(AuthorityDirectory.CERTIFICATE_FILE)),
        authority.map(it -> it.resolve(AuthorityDirectory.LIST_FILE)),
        chain);
  }

  private Server server(NodeKey key, MembershipFiles files) {
    return server(key, files, options -> options);
  }

  private Server server(NodeKey key, MembershipFiles files, UnaryOperator<ServerBuilder> more) {
    return network.server(
        options ->
            more.apply(options.key(key).protocol(new Echo()).membership(files).clock(this::now)));
  }

  private Instant now() {
    return Instant.now().plus(clockRuns.get());
  }

  /** What becomes of a connection whose Hello says this. */
  private static RlpxException dialWith(Server target, HelloElement element) {
    Transport transport = Transport.sockets(1);
    Echo echo = new Echo();
    RlpxOptions options =
        RlpxOptions.builder(NodeKey.generate(), "raw", new SimpleMeterRegistry())
            .capability(echo.capability(), echo.messageCount())
            .helloElements(() -> List.of(element))
            .build();
    try {
      CompletionStage<RlpxConnection.Ending> outcome =
          new NettyRlpx(options, transport)
              .dial(
                  new InetSocketAddress("127.0.0.1", target.enode().tcpPort()),
                  target.enode().publicKey())
              .thenCompose(
                  connection -> {
                    connection.start((capability, id, payload) -> {});
                    return connection.closed();
                  })
              .thenApply(
                  ending -> {
                    throw new java.util.concurrent.CompletionException(
                        new RlpxException(
                            RlpxException.Step.HELLO,
                            Optional.of(ending.reason()),
                            ending.detail()));
                  });
      return (RlpxException) Await.failure(outcome);
    } finally {
      transport.workers().shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS);
      transport.acceptors().shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS);
    }
  }

  // --- what there is to see

  /**
   * What the dialing side is told. It has our Hello before we have judged its own, so it may see a
   * session for a moment.
   */
  private static String refusal(Server dialing, Server dialed) {
    List<String> ends = new CopyOnWriteArrayList<>();
    try (Server.Subscription subscription =
        dialing.events(
            event -> {
              switch (event) {
                case ServerEvent.PeerDisconnected end -> ends.add(end.detail());
                case ServerEvent.DialFailed failed -> ends.add(failed.why());
                default -> {}
              }
            })) {
      dialing.connect(dialed.enode());
      Await.until("the dial came to its end", () -> !ends.isEmpty());
    }
    assertThat(dialing.peers()).isEmpty();
    return ends.getFirst();
  }

  private static ServerEvent.PeerDisconnected goodbye(List<ServerEvent> events) {
    return events.stream()
        .filter(ServerEvent.PeerDisconnected.class::isInstance)
        .map(ServerEvent.PeerDisconnected.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static String reason(Server server, Server of) {
    Await.until("there is a reason", () -> Await.value(server.dialReasons()).containsKey(of.id()));
    return Await.value(server.dialReasons()).get(of.id()).why();
  }

  private static double refusals(Server server, String reason, String direction) {
    return count(server, "kadlink.refusals", "reason", reason, "direction", direction);
  }

  private static double checks(Server server, String verdict, String source) {
    return count(server, "kadlink.membership.checks", "verdict", verdict, "source", source);
  }

  private static double ended(Server server, String reason) {
    return count(server, "kadlink.membership.ended", "reason", reason);
  }

  private static double count(Server server, String name, String... tags) {
    Counter counter = server.metrics().find(name).tags(tags).counter();
    return counter == null ? 0 : counter.count();
  }
}
