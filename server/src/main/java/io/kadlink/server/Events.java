package io.kadlink.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who wants to hear what happens to peers. Told on the server's loop; subscribed from any thread.
 */
final class Events {
  private static final Logger LOG = LoggerFactory.getLogger(Events.class);

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  Server.Subscription subscribe(Consumer<? super ServerEvent> consumer) {
    Listener listener = new Listener(consumer);
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  void tell(ServerEvent event) {
    for (Listener listener : listeners) {
      try {
        listener.consumer.accept(event);
      } catch (RuntimeException e) {
        LOG.warn("a listener of server events failed on {}", event, e);
      }
    }
  }

  /** Distinct for each subscription, also of one and the same consumer. */
  private static final class Listener {
    final Consumer<? super ServerEvent> consumer;

    Listener(Consumer<? super ServerEvent> consumer) {
      this.consumer = consumer;
    }
  }
}
