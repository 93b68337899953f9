package io.kadlink.testnet.sim;

import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.discovery.udp.Transport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;

/**
 * Carries datagrams between loops: delays, loses, doubles, reorders and filters them. Sockets are
 * opened and closed and faults set only while no time passes.
 */
public final class VirtualNetwork {
  /** How long a late datagram is held at most. */
  public static final Duration LONGEST_HOLD = Duration.ofMillis(200);

  private final VirtualTime time;
  private final Map<InetSocketAddress, Socket> sockets = new HashMap<>();
  private Faults faults = Faults.NONE;
  private boolean split;

  VirtualNetwork(VirtualTime time) {
    this.time = time;
  }

  /** Sets what goes wrong from now on. */
  public void setFaults(Faults faults) {
    this.faults = faults;
    time.log(EventKind.FAULTS, Double.doubleToLongBits(faults.loss()));
  }

  /** Keeps datagrams from crossing between sockets of different {@link Socket#side sides}. */
  public void split() {
    split = true;
    time.log(EventKind.FAULTS, 1);
  }

  /** Ends a {@link #split}. */
  public void heal() {
    split = false;
    time.log(EventKind.FAULTS, 0);
  }

  /** What goes wrong now. */
  Faults faults() {
    return faults;
  }

  /** Whether nothing gets from one side to the other. */
  boolean parted(int one, int other) {
    return split && one != other;
  }

  /**
   * Opens a socket.
   *
   * @param address where others reach it, outside of its NAT if there is one
   * @param random what becomes of each datagram it sends
   */
  public Socket open(
      VirtualLoop loop,
      InetSocketAddress address,
      Optional<Nat> nat,
      RandomGenerator random,
      DatagramHandler handler) {
    Socket socket = new Socket(loop, address, nat, random, handler);
    if (sockets.putIfAbsent(address, socket) != null) {
      throw new IllegalArgumentException(address + " is taken");
    }
    return socket;
  }

  private static long checksum(byte[] datagram) {
    CRC32C crc = new CRC32C();
    crc.update(datagram);
    return crc.getValue();
  }

  /** One socket; all but opening and closing happens on its loop. */
  public final class Socket implements Transport {
    private final VirtualLoop loop;
    private final InetSocketAddress address;
    private final Optional<Nat> nat;
    private final RandomGenerator random;
    private final DatagramHandler handler;
    private final Links.Place place;
    private int side;
    private boolean open = true;
    private long sent;
    private long sentBytes;

    private Socket(
        VirtualLoop loop,
        InetSocketAddress address,
        Optional<Nat> nat,
        RandomGenerator random,
        DatagramHandler handler) {
      this.loop = loop;
      this.address = address;
      this.nat = nat;
      this.random = random;
      this.handler = handler;
      this.place = Links.place(random);
    }

    @Override
    public InetSocketAddress localAddress() {
      return address;
    }

    /** Datagrams sent. */
    public long sent() {
      return sent;
    }

    /** Bytes sent, without headers. */
    public long sentBytes() {
      return sentBytes;
    }

    /** In which part of a split network it is. */
    public void side(int part) {
      side = part;
    }

    @Override
    public void send(InetSocketAddress to, byte[] datagram) {
      send(address, to, datagram);
    }

    /** Sends a datagram that claims to come from somewhere else. */
    public void sendForged(InetSocketAddress from, InetSocketAddress to, byte[] datagram) {
      send(from, to, datagram);
    }

    private void send(InetSocketAddress from, InetSocketAddress to, byte[] datagram) {
      loop.assertInLoop();
      sent++;
      sentBytes += datagram.length;
      long endpoint = Endpoints.number(to);
      long checksum = checksum(datagram);
      loop.log(EventKind.SEND, endpoint, datagram.length, checksum);
      nat.ifPresent(own -> own.outbound(to, loop.nanoTime()));
      Socket receiver = sockets.get(to);
      if (receiver == null) {
        loop.log(EventKind.NOBODY, endpoint, datagram.length, checksum);
      } else if (parted(side, receiver.side)) {
        loop.log(EventKind.SPLIT, endpoint, datagram.length, checksum);
      } else if (chance(faults.loss())) {
        loop.log(EventKind.LOST, endpoint, datagram.length, checksum);
      } else {
        carry(from, receiver, datagram, checksum);
        if (chance(faults.duplication())) {
          loop.log(EventKind.TWICE, endpoint, datagram.length, checksum);
          carry(from, receiver, datagram, checksum);
        }
      }
    }

    private void carry(InetSocketAddress from, Socket to, byte[] datagram, long checksum) {
      long delay = Links.delay(place, to.place, random);
      if (chance(faults.lateness())) {
        loop.log(EventKind.LATE, Endpoints.number(to.address), datagram.length, checksum);
        delay += random.nextLong(LONGEST_HOLD.toNanos());
      }
      byte[] copy = datagram.clone();
      loop.post(to.loop, delay, () -> to.arrived(from, copy, checksum));
    }

    private void arrived(InetSocketAddress from, byte[] datagram, long checksum) {
      long endpoint = Endpoints.number(from);
      if (!open) {
        loop.log(EventKind.NOBODY, endpoint, datagram.length, checksum);
      } else if (nat.isPresent() && !nat.get().admits(from, loop.nanoTime())) {
        loop.log(EventKind.FILTERED, endpoint, datagram.length, checksum);
      } else {
        loop.log(EventKind.DELIVER, endpoint, datagram.length, checksum);
        handler.received(from, datagram);
      }
    }

    /** No random number is drawn for what never happens: a quiet network runs as fast as it can. */
    private boolean chance(double share) {
      return share > 0 && random.nextDouble() < share;
    }

    @Override
    public CompletionStage<Void> close() {
      open = false;
      sockets.remove(address, this);
      return CompletableFuture.completedFuture(null);
    }
  }
}
