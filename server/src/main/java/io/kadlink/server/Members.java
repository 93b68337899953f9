package io.kadlink.server;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.HelloElement;
import io.kadlink.server.admission.Decision;
import io.kadlink.server.admission.Rule;
import io.kadlink.server.membership.Authorities;
import io.kadlink.server.membership.ChainCodec;
import io.kadlink.server.membership.MemberChain;
import io.kadlink.server.membership.Membership;
import io.kadlink.server.membership.MembershipException;
import io.kadlink.server.membership.MembershipFiles;
import io.kadlink.server.membership.MembershipStatus;
import io.kadlink.server.membership.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is a member: judges what nodes show in their Hello, keeps the answers for as long as they
 * hold, and ends sessions whose certificates come to an end. Signatures are verified, and files
 * read, on a thread of their own: neither the server's loop nor a connection's waits for them.
 * Confined to the server's loop, but for {@link #shown} and {@link #reload}.
 */
final class Members {
  private static final Logger LOG = LoggerFactory.getLogger(Members.class);

  /** Nodes that come back are verified once; some two hundred bytes each. */
  static final int MAX_REMEMBERED = 1024;

  /**
   * About a quarter of a second's work. A flood of made-up chains is refused past it, and the
   * handshake before each costs whoever sends them as much as a verification costs us.
   */
  static final int MAX_WAITING = 256;

  /** How long after a certificate ended its session does, at most. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** How long after a file was written it counts, at most. */
  static final Duration POLL = Duration.ofSeconds(2);

  /** How often an operator is told what is about to end. */
  private static final Duration REMIND = Duration.ofDays(1);

  private final Loop loop;
  private final InstantSource clock;
  private final MembershipFiles files;
  private final PublicKey self;
  private final Executor verifier;
  private final PeerSet peers;
  private final MembershipMetrics metrics;
  private final Map<Question, Verdict> remembered = new LinkedHashMap<>(16, 0.75f, true);
  private volatile MembershipFiles.Content content;
  private MembershipFiles.Stamp stamp;
  private Instant readAt;
  private Optional<String> failure = Optional.empty();
  private int waiting;
  private boolean polling;

  /** What is judged: equal questions have equal answers. */
  private record Question(PublicKey node, Bytes digest) {
    static Question of(PublicKey node, Bytes shown) {
      return new Question(node, Bytes.wrap(Keccak256.hash(shown.toArrayUnsafe())));
    }
  }

  /**
   * What is known at the start.
   *
   * @param stamp taken before {@code content} was read
   */
  record Start(
      MembershipFiles files, MembershipFiles.Stamp stamp, MembershipFiles.Content content) {

    /** Reads the files; blocks. */
    static Start read(MembershipFiles files, PublicKey self) throws MembershipException {
      MembershipFiles.Stamp stamp = files.stamp();
      return new Start(files, stamp, files.read(self));
    }
  }

  Members(
      Loop loop,
      InstantSource clock,
      Start start,
      PublicKey self,
      Executor verifier,
      PeerSet peers,
      MembershipMetrics metrics) {
    this.loop = loop;
    this.clock = clock;
    this.files = start.files();
    this.stamp = start.stamp();
    this.content = start.content();
    this.self = self;
    this.verifier = verifier;
    this.peers = peers;
    this.metrics = metrics;
    this.readAt = clock.instant();
    metrics.watch(this::ownExpires, this::listDue, clock);
  }

  /** Whether members alone are admitted; does not change. */
  boolean required() {
    return files.ca().isPresent();
  }

  /** What our Hello shows. Any thread. */
  List<HelloElement> shown() {
    return content.own().map(MemberChain::element).stream().toList();
  }

  /** From here on files are looked after, and sessions. */
  void start() {
    loop.assertInLoop();
    if (files.isNone()) {
      return;
    }
    content
        .authorities()
        .ifPresent(
            authorities ->
                LOG.info(
                    "members alone are admitted, of {}",
                    authorities.status().stream().map(a -> a.organisation()).toList()));
    warn();
    loop.repeat(REMIND, this::warn);
    loop.repeat(LOOK, this::endExpired);
    loop.repeat(POLL, this::poll);
  }

  private void warn() {
    MembershipFiles.Content now = content;
    verifier.execute(() -> MembershipWarnings.log(now, self, clock.instant()));
  }

  /** Judges a newcomer by its Hello; {@code answer} is told on the loop, now or later. */
  void examine(PublicKey remote, Hello hello, Consumer<Verdict> answer) {
    loop.assertInLoop();
    Optional<Verdict> known = known(remote, hello);
    if (known.isPresent()) {
      told(known.get(), "known", answer);
    } else if (waiting >= MAX_WAITING) {
      told(
          Verdict.strangerNow(
              Rule.MEMBERSHIP_BUSY, "more than " + MAX_WAITING + " chains wait to be verified"),
          "busy",
          answer);
    } else {
      verify(remote, hello, answer);
    }
  }

  private Optional<Verdict> known(PublicKey remote, Hello hello) {
    Optional<Bytes> shown = hello.element(ChainCodec.NAME);
    return shown.isEmpty()
        ? Optional.of(
            Verdict.stranger(
                Rule.NOT_A_MEMBER, "members alone are admitted, and it shows no certificate"))
        : Optional.ofNullable(remembered.get(Question.of(remote, shown.get())))
            .filter(verdict -> clock.instant().isBefore(verdict.holdsUntil()));
  }

  private void verify(PublicKey remote, Hello hello, Consumer<Verdict> answer) {
    Bytes shown = hello.element(ChainCodec.NAME).orElseThrow();
    Authorities authorities = content.authorities().orElseThrow();
    Instant now = clock.instant();
    waiting++;
    verifier.execute(
        () -> {
          Verdict verdict = judge(authorities, remote, shown, now);
          inLoop(() -> verified(Question.of(remote, shown), authorities, verdict, answer));
        });
  }

  private static Verdict judge(
      Authorities authorities, PublicKey remote, Bytes shown, Instant now) {
    try {
      return authorities.judge(remote, shown, now);
    } catch (RuntimeException e) {
      LOG.warn("the certificates of id={} could not be judged", remote.id().shortForm(), e);
      return Verdict.strangerNow(
          Rule.CERTIFICATE_INVALID, "its chain of certificates can't be judged: " + e);
    }
  }

  private void verified(
      Question question, Authorities authorities, Verdict verdict, Consumer<Verdict> answer) {
    waiting--;
    boolean current = content.authorities().filter(it -> it == authorities).isPresent();
    if (current && verdict.holdsUntil().isAfter(clock.instant())) {
      remembered.put(question, verdict);
      if (remembered.size() > MAX_REMEMBERED) {
        remembered.remove(remembered.keySet().iterator().next());
      }
    }
    told(verdict, "verified", answer);
  }

  private void told(Verdict verdict, String source, Consumer<Verdict> answer) {
    metrics.checked(verdict, source);
    answer.accept(verdict);
  }

  // --- sessions

  private void endExpired() {
    Instant now = clock.instant();
    for (Session session : peers.sessions()) {
      Optional<Membership> membership = session.membership();
      if (membership.isPresent() && now.isAfter(membership.get().expires())) {
        end(
            session,
            new Decision.Refuse(
                Rule.CERTIFICATE_EXPIRED,
                "certificate "
                    + membership.get().serial()
                    + " of "
                    + membership.get().subject()
                    + ", or one above it, expired at "
                    + membership.get().expires()));
      }
    }
  }

  private void end(Session session, Decision.Refuse refusal) {
    if (!session.endedByUs()) {
      metrics.ended(refusal.rule());
      session.end(refusal.reason(), refusal.why());
    }
  }

  /** One after the other, so that newcomers are not kept waiting. */
  private void judgeAgain(Queue<Session> sessions) {
    Session session = sessions.poll();
    if (session == null) {
      return;
    }
    Consumer<Verdict> answer =
        verdict -> {
          judged(session, verdict);
          inLoop(() -> judgeAgain(sessions));
        };
    Hello hello = session.connection().remoteHello();
    Optional<Verdict> known = known(session.publicKey(), hello);
    if (known.isPresent()) {
      told(known.get(), "known", answer);
    } else {
      verify(session.publicKey(), hello, answer);
    }
  }

  private void judged(Session session, Verdict verdict) {
    switch (verdict) {
      case Verdict.Member member -> session.setMembership(member.membership());
      case Verdict.Stranger stranger -> {
        // who is a peer stays one until something is known against it
        if (stranger.refusal().rule() != Rule.REVOCATION_UNKNOWN) {
          end(session, stranger.refusal());
        }
      }
    }
  }

  // --- files

  private void poll() {
    if (polling) {
      return; // a slow disk
    }
    polling = true;
    MembershipFiles.Stamp before = stamp;
    verifier.execute(
        () -> {
          boolean changed = !files.stamp().equals(before);
          inLoop(
              () -> {
                polling = false;
                if (changed) {
                  load(new CompletableFuture<>());
                }
              });
        });
  }

  /** Reads the files now. Fails with a {@link MembershipException}; what counted counts on then. */
  CompletionStage<MembershipStatus> reload() {
    CompletableFuture<MembershipStatus> answer = new CompletableFuture<>();
    loop.execute(() -> load(answer));
    return answer;
  }

  private void load(CompletableFuture<MembershipStatus> answer) {
    verifier.execute(
        () -> {
          MembershipFiles.Stamp seen = files.stamp();
          try {
            MembershipFiles.Content read = files.read(self);
            inLoop(() -> answer.complete(loaded(seen, read)));
          } catch (MembershipException | RuntimeException e) {
            inLoop(
                () -> {
                  stamp = seen;
                  failure = Optional.of(String.valueOf(e.getMessage()));
                  LOG.warn("membership stays as it was: {}", e.getMessage());
                  answer.completeExceptionally(e);
                });
          }
        });
  }

  private void inLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException stopped) {
      LOG.debug("the server's loop is shut down");
    }
  }

  private MembershipStatus loaded(MembershipFiles.Stamp seen, MembershipFiles.Content read) {
    stamp = seen;
    content = read;
    readAt = clock.instant();
    failure = Optional.empty();
    remembered.clear();
    LOG.info("membership files read again");
    warn();
    if (required()) {
      judgeAgain(new ArrayDeque<>(peers.sessions()));
    }
    return status();
  }

  MembershipStatus status() {
    loop.assertInLoop();
    return new MembershipStatus(
        required(),
        content.authorities().map(Authorities::status).orElse(List.of()),
        content
            .own()
            .map(own -> new MembershipStatus.Own(own.subject(), own.serial(), own.expires())),
        readAt,
        failure);
  }

  private Optional<Instant> ownExpires() {
    return content.own().map(MemberChain::expires);
  }

  private Optional<Instant> listDue() {
    return content.authorities().map(Authorities::status).orElse(List.of()).stream()
        .flatMap(each -> each.listDue().stream())
        .min(java.util.Comparator.naturalOrder());
  }
}
