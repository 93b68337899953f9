package io.kadlink.server;

import io.kadlink.discovery.Node;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The detour a protocol registered, when one did. Thread-safe. */
final class Detours {
  private final AtomicReference<@Nullable Detour> registered = new AtomicReference<>();

  void register(Detour detour) {
    if (!registered.compareAndSet(null, detour)) {
      throw new IllegalStateException("there is a detour already: " + registered.get());
    }
  }

  Optional<Detour> detour() {
    return Optional.ofNullable(registered.get());
  }

  boolean offered(Node node) {
    Detour detour = registered.get();
    return detour != null && detour.offers(node);
  }
}
