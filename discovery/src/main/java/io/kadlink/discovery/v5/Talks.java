package io.kadlink.discovery.v5;

import io.kadlink.discovery.loop.Loop;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands talk requests to the handlers of their protocols. Every request is answered: with nothing
 * when there is no handler, it fails, is busy or takes too long (discv5-wire, TALKREQ).
 */
final class Talks {
  private static final Logger log = LoggerFactory.getLogger(Talks.class);

  /** Requests that handlers may work on at a time; further ones get an empty answer. */
  static final int MAX_PENDING = 256;

  /** After this time nobody waits for an answer any more. */
  static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final Loop loop;
  private final Traffic traffic;
  private final Map<Bytes, TalkHandler> handlers = new HashMap<>();
  private int pending;

  Talks(Loop loop, Traffic traffic) {
    this.loop = loop;
    this.traffic = traffic;
  }

  void register(String protocol, TalkHandler handler) {
    handlers.put(name(protocol), handler);
  }

  void unregister(String protocol) {
    handlers.remove(name(protocol));
  }

  /** One byte a character, as in record keys: protocol names are any bytes. */
  static Bytes name(String protocol) {
    if (protocol.chars().anyMatch(c -> c > 0xff)) {
      throw new IllegalArgumentException("protocol names are made of bytes: " + protocol);
    }
    return Bytes.wrap(protocol.getBytes(StandardCharsets.ISO_8859_1));
  }

  int pending() {
    return pending;
  }

  /** Calls {@code respond} once, on the loop. */
  void answer(Session session, Message.TalkRequest talk, Consumer<Bytes> respond) {
    TalkHandler handler = handlers.get(talk.protocol());
    if (handler == null) {
      respond.accept(Bytes.EMPTY);
      return;
    }
    if (pending >= MAX_PENDING) {
      traffic.drop(DropReason.TALK_BUSY, session.remote.udp(), "too many are pending");
      respond.accept(Bytes.EMPTY);
      return;
    }
    pending++;
    Once once = new Once(session.remote.udp(), respond);
    once.timeout = loop.schedule(TIMEOUT, () -> once.finish(Bytes.EMPTY));
    try {
      handler.answer(session.contact, talk.request(), once);
    } catch (RuntimeException e) {
      // Not louder: whoever asks decides how often this happens.
      log.debug("the handler of talk protocol {} failed", talk.protocol(), e);
      traffic.drop(DropReason.TALK_FAILED, session.remote.udp(), "its handler failed");
      once.accept(Bytes.EMPTY);
    }
  }

  /** Lets the first answer through, from whatever thread. */
  private final class Once implements Consumer<Bytes> {
    private final InetSocketAddress from;
    private final Consumer<Bytes> respond;
    private final AtomicBoolean called = new AtomicBoolean();
    private boolean finished;
    private Loop.@Nullable Timer timeout;

    Once(InetSocketAddress from, Consumer<Bytes> respond) {
      this.from = from;
      this.respond = respond;
    }

    @Override
    public void accept(Bytes response) {
      if (!called.compareAndSet(false, true)) {
        return;
      }
      Bytes sendable = response;
      if (response.size() > DiscoveryV5.MAX_TALK_BYTES) {
        traffic.drop(DropReason.TALK_FAILED, from, "a response of " + response.size() + " bytes");
        sendable = Bytes.EMPTY;
      }
      Bytes copy = sendable.copy();
      if (loop.inLoop()) {
        finish(copy);
      } else {
        loop.execute(() -> finish(copy));
      }
    }

    void finish(Bytes response) {
      if (!finished) {
        finished = true;
        pending--;
        if (timeout != null) {
          timeout.cancel();
        }
        respond.accept(response);
      }
    }
  }
}
