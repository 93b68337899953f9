package io.kadlink.server;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.Gate;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.server.admission.AccessLists;
import io.kadlink.server.admission.Admission;
import io.kadlink.server.admission.Applicant;
import io.kadlink.server.admission.Census;
import io.kadlink.server.admission.Cidr;
import io.kadlink.server.admission.Decision;
import io.kadlink.server.admission.InboundThrottle;
import io.kadlink.server.admission.Rule;
import io.kadlink.server.admission.Slot;
import io.kadlink.server.membership.Membership;
import io.kadlink.server.membership.Verdict;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings connections before {@link Admission}: from their own loops to the server's, again when it
 * said to wait, and out with the answer.
 */
final class Door implements Gate {
  private static final Logger LOG = LoggerFactory.getLogger(Door.class);

  private final Loop loop;
  private final Admission admission;
  private final AccessLists access;
  private final InboundThrottle throttle;
  private final Arrivals arrivals;
  private final PeerSet peers;
  private final Dials dials;
  private final Members members;
  private final ServerMetrics metrics;
  private final Events events;
  private final Map<NodeId, List<Waiting>> waiting = new HashMap<>();

  /** Why we refused to go on with a dial of ours, until the dialer asks. */
  private final Map<NodeId, String> refusedDials = new HashMap<>();

  /** What the door asks the dialer. On the server's loop. */
  interface Dials {
    /** Whether a dial to this node is running. */
    boolean running(NodeId id);

    /** Whether the limits do not apply to a connection with this node in this direction. */
    boolean privileged(NodeId id, boolean inbound);

    /** Whether we dialed it lately. */
    boolean wanted(NodeId id);

    /** Slots that dials in flight, others than to this node, will take. */
    int reserved(NodeId except);

    /** A node that was kept from being dialed may be free now. */
    void changed();

    /** An inbound connection of this node was refused, or did not make it in time. */
    void notAdmitted(PublicKey remote, SocketAddress address, String why);
  }

  Door(
      Loop loop,
      Admission admission,
      AccessLists access,
      InboundThrottle throttle,
      Arrivals arrivals,
      PeerSet peers,
      Dials dials,
      Members members,
      ServerMetrics metrics,
      Events events) {
    this.loop = loop;
    this.admission = admission;
    this.access = access;
    this.throttle = throttle;
    this.arrivals = arrivals;
    this.peers = peers;
    this.dials = dials;
    this.members = members;
    this.metrics = metrics;
    this.events = events;
  }

  @Override
  public boolean accept(SocketAddress remote) {
    if (!(remote instanceof InetSocketAddress inet)) {
      return true; // a stream that a protocol provided
    }
    Optional<Decision.Refuse> refusal = access.judge(Optional.empty(), Optional.of(inet), false);
    if (refusal.isEmpty() && !throttle.admits(inet.getAddress())) {
      refusal = Optional.of(new Decision.Refuse(Rule.THROTTLED, "its address connects too often"));
    }
    refusal.ifPresent(
        refuse -> {
          metrics.refused(refuse.rule(), true);
          LOG.debug("refused connection from {}: {}", remote, refuse.why());
        });
    return refusal.isEmpty();
  }

  @Override
  public CompletionStage<Optional<DisconnectReason>> authenticated(
      PublicKey remote, SocketAddress address, boolean inbound) {
    return new Waiting(remote, address, inbound, false).enter();
  }

  @Override
  public CompletionStage<Optional<DisconnectReason>> greeted(
      Hello hello, PublicKey remote, SocketAddress address, boolean inbound) {
    Waiting waiting = new Waiting(remote, address, inbound, true);
    return members.required() ? waiting.enterAsMember(hello) : waiting.enter();
  }

  /** In words, why we refused the connection that a dial of ours brought; asked once. */
  Optional<String> whyRefused(NodeId id) {
    loop.assertInLoop();
    return Optional.ofNullable(refusedDials.remove(id));
  }

  /** Something changed for this node: whoever waits because of it is judged again. */
  void judgeAgain(NodeId id) {
    loop.assertInLoop();
    List<Waiting> all = waiting.get(id);
    if (all != null) {
      List.copyOf(all).forEach(each -> each.judge(true));
    }
  }

  /**
   * The session with this node is over for a reason of its own, not for the sake of a second one:
   * whoever waits for a choice between the two goes, too.
   */
  void dismiss(NodeId id) {
    loop.assertInLoop();
    List<Waiting> all = waiting.get(id);
    if (all != null) {
      List.copyOf(all)
          .forEach(each -> each.answer(id, Optional.of(DisconnectReason.ALREADY_CONNECTED)));
    }
  }

  /** An inbound connection had the time it may have; from here on nobody waits for it. */
  private void overdue(NodeId id) {
    judgeAgain(id);
    dials.changed();
  }

  /** One connection before its judge. */
  private final class Waiting implements Census {
    private final PublicKey remote;
    private final SocketAddress address;
    private final boolean inbound;
    private final boolean greeted;
    private final CompletableFuture<Optional<DisconnectReason>> answer = new CompletableFuture<>();
    private Optional<Membership> membership = Optional.empty();
    private boolean held;

    Waiting(PublicKey remote, SocketAddress address, boolean inbound, boolean greeted) {
      this.remote = remote;
      this.address = address;
      this.inbound = inbound;
      this.greeted = greeted;
    }

    CompletionStage<Optional<DisconnectReason>> enter() {
      loop.execute(() -> judge(true));
      return answer;
    }

    CompletionStage<Optional<DisconnectReason>> enterAsMember(Hello hello) {
      loop.execute(() -> members.examine(remote, hello, this::examined));
      return answer;
    }

    private void examined(Verdict verdict) {
      switch (verdict) {
        case Verdict.Member member -> {
          membership = Optional.of(member.membership());
          judge(true);
        }
        case Verdict.Stranger stranger -> refuse(stranger.refusal());
      }
    }

    void judge(boolean patient) {
      if (answer.isDone()) {
        return;
      }
      NodeId id = remote.id();
      if (held && !inbound && address instanceof InetSocketAddress && !dials.running(id)) {
        answer(id, Optional.of(DisconnectReason.REQUESTED)); // the other side closed it meanwhile
        return;
      }
      Applicant applicant =
          new Applicant(
              id,
              Discipline.socket(address),
              inbound,
              dials.privileged(id, inbound),
              dials.wanted(id),
              greeted,
              patient);
      switch (admission.decide(applicant, this)) {
        case Decision.Admit admit -> admit(id, admit);
        case Decision.Refuse refuse -> refuse(refuse);
        case Decision.Hold hold -> hold(id, hold);
      }
    }

    private void admit(NodeId id, Decision.Admit admit) {
      if (greeted) {
        admit.instead().ifPresent(this::evict);
        peers.keepPlace(id, admit.slot(), inbound, membership);
        if (inbound) {
          arrivals.remove(id);
        }
      } else if (inbound && arrivals.add(id)) {
        loop.schedule(Arrivals.UNDERWAY, () -> overdue(id));
      }
      answer(id, Optional.empty());
    }

    private void evict(NodeId low) {
      metrics.evicted("priority");
      peers
          .peer(low)
          .ifPresent(
              session ->
                  session.end(
                      DisconnectReason.TOO_MANY_PEERS,
                      "its place was needed for " + remote.id().shortForm()));
    }

    private void refuse(Decision.Refuse refuse) {
      NodeId id = remote.id();
      metrics.refused(refuse.rule(), inbound);
      LOG.debug(
          "refused {} id={} address={}: {}",
          inbound ? "connection from" : "our dial to",
          id.shortForm(),
          address,
          refuse.why());
      events.tell(new ServerEvent.Refused(remote, address, refuse.reason(), refuse.why()));
      if (inbound) {
        if (greeted) {
          arrivals.remove(id);
        }
        dials.notAdmitted(remote, address, "we refused its connection: " + refuse.why());
      } else if (dials.running(id)) {
        refusedDials.put(id, refuse.why());
      }
      answer(id, Optional.of(refuse.reason()));
    }

    private void hold(NodeId id, Decision.Hold hold) {
      if (held) {
        return; // its time is running
      }
      held = true;
      waiting.computeIfAbsent(id, key -> new ArrayList<>()).add(this);
      LOG.debug(
          "{} id={} waits: {}",
          inbound ? "connection from" : "our dial to",
          id.shortForm(),
          hold.why());
      loop.schedule(hold.atMost(), () -> judge(false));
    }

    private void answer(NodeId id, Optional<DisconnectReason> verdict) {
      if (held) {
        waiting.computeIfPresent(
            id,
            (key, all) -> {
              all.remove(this);
              return all.isEmpty() ? null : all;
            });
      }
      answer.complete(verdict);
    }

    @Override
    public Optional<Held> held(NodeId id) {
      return peers.held(id);
    }

    @Override
    public int total() {
      return peers.total();
    }

    @Override
    public int within(Cidr network) {
      return peers.within(network);
    }

    @Override
    public List<NodeId> evictable() {
      return peers.limited().stream().map(Session::id).toList();
    }

    @Override
    public int taken(Slot slot) {
      return peers.taken(slot) + (slot == Slot.DIALED && inbound ? dials.reserved(remote.id()) : 0);
    }

    @Override
    public boolean underway(NodeId id, boolean inbound) {
      return inbound ? arrivals.contains(id) : dials.running(id);
    }
  }
}
