package io.kadlink.server.nat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.server.nat.wire.BadAnswerException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One question over UDP: sent again until an answer comes that is one, or patience ends. It has a
 * socket of its own, so that an answer has to find a port nobody told of; what comes from elsewhere
 * or can't be read is counted and passed over. Confined to the loop.
 *
 * @param <T> the answer
 */
final class Question<T> {
  private final Loop loop;
  private final NatMetrics metrics;
  private final InetSocketAddress to;
  private final byte[] datagram;
  private final List<Duration> waits;
  private final Predicate<InetAddress> from;
  private final BiFunction<InetAddress, byte[], Optional<T>> read;
  private final Consumer<Optional<T>> done;
  private @Nullable Transport socket;
  private Loop.@Nullable Timer timer;
  private int sent;
  private boolean over;

  private Question(
      Loop loop,
      NatMetrics metrics,
      InetSocketAddress to,
      byte[] datagram,
      List<Duration> waits,
      Predicate<InetAddress> from,
      BiFunction<InetAddress, byte[], Optional<T>> read,
      Consumer<Optional<T>> done) {
    this.loop = loop;
    this.metrics = metrics;
    this.to = to;
    this.datagram = datagram;
    this.waits = waits;
    this.from = from;
    this.read = read;
    this.done = done;
  }

  /**
   * Asks.
   *
   * @param local where to send from
   * @param waits how long to wait after each sending; as many sendings
   * @param from who may answer
   * @param read what an answer from this address says; empty, or a {@link BadAnswerException}, when
   *     it answers something else
   * @param done called once, on the loop, with nothing when no answer came
   * @return calls the question off: {@code done} is not called any more
   */
  static <T> Runnable ask(
      Loop loop,
      Surroundings surroundings,
      NatMetrics metrics,
      InetAddress local,
      InetSocketAddress to,
      byte[] datagram,
      List<Duration> waits,
      Predicate<InetAddress> from,
      BiFunction<InetAddress, byte[], Optional<T>> read,
      Consumer<Optional<T>> done) {
    loop.assertInLoop();
    Question<T> question = new Question<>(loop, metrics, to, datagram, waits, from, read, done);
    surroundings.socket(local, question::received, question::start);
    return question::end;
  }

  private void start(Optional<Transport> opened) {
    if (over) {
      opened.ifPresent(Transport::close);
      return;
    }
    if (opened.isEmpty()) {
      finish(Optional.empty());
      return;
    }
    socket = opened.get();
    send();
  }

  private void send() {
    Transport open = socket;
    if (over || open == null) {
      return;
    }
    if (sent == waits.size()) {
      finish(Optional.empty());
      return;
    }
    open.send(to, datagram);
    timer = loop.schedule(waits.get(sent), this::send);
    sent++;
  }

  private void received(InetSocketAddress sender, byte[] answer) {
    if (over) {
      return;
    }
    boolean fitting = to.getAddress().isMulticastAddress() || sender.getPort() == to.getPort();
    if (!fitting || !from.test(sender.getAddress())) {
      metrics.dropped(NatMetrics.Drop.STRANGER);
      return;
    }
    Optional<T> said;
    try {
      said = read.apply(sender.getAddress(), answer);
    } catch (BadAnswerException e) {
      metrics.unreadable(sender, e);
      return;
    }
    if (said.isEmpty()) {
      metrics.dropped(NatMetrics.Drop.NOT_ASKED);
      return;
    }
    finish(said);
  }

  private void finish(Optional<T> answer) {
    end();
    done.accept(answer);
  }

  private void end() {
    over = true;
    if (timer != null) {
      timer.cancel();
    }
    if (socket != null) {
      socket.close();
    }
  }
}
