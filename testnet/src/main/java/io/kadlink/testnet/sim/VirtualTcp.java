package io.kadlink.testnet.sim;

import io.kadlink.server.virtual.Connection;
import io.kadlink.server.virtual.TcpNetwork;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/**
 * Carries connections between hosts as TCP does: in order, no faster than the receiver reads, and
 * through bad moments, since what is lost or held up by a split is sent again. A host that is gone
 * does not answer; one that came back in its place says that it knows of no such connection.
 *
 * <p>Hosts are opened and closed only while no time passes. Each is confined to its loop.
 */
public final class VirtualTcp {
  /** Bytes on their way, or arrived and not read, of one direction of a connection. */
  static final int WINDOW_BYTES = 256 * 1024;

  /** The receiver says that it has read only when that is worth a packet. */
  private static final int CREDIT_BYTES = WINDOW_BYTES / 4;

  private static final long FIRST_RETRY_NANOS = 200_000_000;
  private static final long LONGEST_RETRY_NANOS = 8_000_000_000L;
  private static final int FIRST_EPHEMERAL_PORT = 32_768;
  private static final int LAST_EPHEMERAL_PORT = 60_999;

  private final VirtualNetwork network;
  private final Map<InetAddress, Host> hosts = new HashMap<>();

  VirtualTcp(VirtualNetwork network) {
    this.network = network;
  }

  /** A host at an address that no other has now. */
  Host open(VirtualLoop loop, InetAddress address, RandomGenerator random) {
    Host host = new Host(loop, address, random);
    if (hosts.putIfAbsent(address, host) != null) {
      throw new IllegalArgumentException("there is a host at " + address);
    }
    return host;
  }

  /** One host's connections. */
  public final class Host implements TcpNetwork {
    private final VirtualLoop loop;
    private final InetAddress address;
    private final RandomGenerator random;
    private final Links.Place place;
    private final Map<Integer, Acceptor> acceptors = new HashMap<>();
    private int side;
    private int nextPort = FIRST_EPHEMERAL_PORT;

    private Host(VirtualLoop loop, InetAddress address, RandomGenerator random) {
      this.loop = loop;
      this.address = address;
      this.random = random;
      this.place = Links.place(random);
    }

    /** In which part of a split network it is. */
    void side(int part) {
      side = part;
    }

    /** It is gone without a word, as when its power failed. */
    void close() {
      hosts.remove(address, this);
    }

    @Override
    public void listen(int port, Acceptor acceptor) throws BindException {
      loop.assertInLoop();
      if (acceptors.putIfAbsent(port, acceptor) != null) {
        throw new BindException("port " + port + " is in use");
      }
    }

    @Override
    public void unlisten(int port) {
      loop.assertInLoop();
      acceptors.remove(port);
    }

    @Override
    public void connect(InetSocketAddress to, Caller caller) {
      loop.assertInLoop();
      loop.log(EventKind.CONNECT, Endpoints.number(to), 0, 0);
      Host target = hosts.get(to.getAddress());
      if (target == null || parted(target)) {
        return; // nobody answers
      }
      InetSocketAddress from = new InetSocketAddress(address, nextPort);
      nextPort = nextPort == LAST_EPHEMERAL_PORT ? FIRST_EPHEMERAL_PORT : nextPort + 1;
      End end = new End(this, target, to);
      end.carry(() -> target.called(end, from, to.getPort(), new Answer(end, caller, from, to)));
    }

    /** Somebody wants to connect with this host. */
    private void called(End theirs, InetSocketAddress from, int port, Answer answer) {
      Acceptor acceptor = acceptors.get(port);
      End own = new End(this, theirs.host, from);
      own.other = theirs;
      if (acceptor == null) {
        own.carry(answer::refused);
        return;
      }
      loop.log(EventKind.ACCEPT, Endpoints.number(from), 0, 0);
      own.carry(() -> answer.connected(own));
      own.listener = acceptor.accepted(own, from);
    }

    private boolean parted(Host other) {
      return network.parted(side, other.side);
    }
  }

  /** What comes back to one who called; on the caller's loop. */
  private record Answer(
      End end, TcpNetwork.Caller caller, InetSocketAddress from, InetSocketAddress to) {
    void refused() {
      end.host.loop.log(EventKind.REFUSED, Endpoints.number(to), 0, 0);
      caller.refused();
    }

    void connected(End other) {
      end.other = other;
      end.listener = caller.connected(end, from);
    }
  }

  /** Nobody listens yet, or any more. */
  private static final Connection.Listener NOBODY =
      new Connection.Listener() {
        @Override
        public void arrived(byte[] bytes) {}

        @Override
        public void writable() {}

        @Override
        public void ended(Optional<String> broken) {}
      };

  /** One end of a connection. */
  private final class End implements Connection {
    private final Host host;
    private final Host otherHost;
    private final long remote;
    private final Deque<Runnable> held = new ArrayDeque<>();
    private End other = this;
    private Connection.Listener listener = NOBODY;
    private long lastArrival;
    private long retryNanos = FIRST_RETRY_NANOS;
    private int unread;
    private int onTheWay;
    private boolean full;
    private boolean closed;

    End(Host host, Host otherHost, InetSocketAddress remote) {
      this.host = host;
      this.otherHost = otherHost;
      this.remote = Endpoints.number(remote);
    }

    @Override
    public boolean send(byte[] bytes) {
      host.loop.assertInLoop();
      CRC32C checksum = new CRC32C();
      checksum.update(bytes);
      host.loop.log(EventKind.BYTES, remote, bytes.length, checksum.getValue());
      onTheWay += bytes.length;
      full = onTheWay >= WINDOW_BYTES;
      tell(end -> end.listener.arrived(bytes));
      return !full;
    }

    @Override
    public void consumed(int bytes) {
      unread += bytes;
      if (unread >= CREDIT_BYTES && !closed) {
        int read = unread;
        unread = 0;
        tell(end -> end.credit(read));
      }
    }

    private void credit(int bytes) {
      onTheWay -= bytes;
      if (full && onTheWay < WINDOW_BYTES) {
        full = false;
        listener.writable();
      }
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        host.loop.log(EventKind.END, remote, 0, 0);
        tell(end -> end.listener.ended(Optional.empty()));
      }
    }

    private void tell(Consumer<End> news) {
      End receiver = other;
      carry(() -> news.accept(receiver));
    }

    /** Has something happen at the other end, after all that was carried before. */
    private void carry(Runnable news) {
      if (!held.isEmpty()) {
        held.add(news);
      } else if (host.parted(otherHost)) {
        held.add(news);
        host.loop.schedule(Duration.ofNanos(retryNanos), this::retry);
      } else {
        post(news);
      }
    }

    private void retry() {
      if (host.parted(otherHost)) {
        retryNanos = Math.min(LONGEST_RETRY_NANOS, 2 * retryNanos);
        host.loop.schedule(Duration.ofNanos(retryNanos), this::retry);
        return;
      }
      retryNanos = FIRST_RETRY_NANOS;
      while (!held.isEmpty()) {
        post(held.remove());
      }
    }

    private void post(Runnable news) {
      long delay = Links.delay(host.place, otherHost.place, host.random);
      Host there = hosts.get(otherHost.address);
      if (there == null) {
        return;
      }
      if (there != otherHost) {
        host.loop.schedule(Duration.ofNanos(2 * delay), this::reset);
        return;
      }
      for (long wait = FIRST_RETRY_NANOS; lost(); wait = Math.min(LONGEST_RETRY_NANOS, 2 * wait)) {
        delay += wait;
      }
      long now = host.loop.nanoTime();
      lastArrival = Math.max(lastArrival, now + delay);
      host.loop.post(otherHost.loop, lastArrival - now, news);
    }

    private boolean lost() {
      double loss = Math.min(0.9, network.faults().loss());
      return loss > 0 && host.random.nextDouble() < loss;
    }

    private void reset() {
      if (!closed) {
        closed = true;
        host.loop.log(EventKind.RESET, remote, 0, 0);
        listener.ended(Optional.of("connection reset"));
      }
    }
  }
}
