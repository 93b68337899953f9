package io.kadlink.discovery.dns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** DNS as a map of names to texts; remembers what it was asked. */
final class MapResolver implements TxtResolver {
  final Map<String, List<String>> texts = new LinkedHashMap<>();
  final List<String> asked = new ArrayList<>();
  final Set<String> silent = new LinkedHashSet<>();
  Duration ttl = Duration.ofDays(1);
  boolean down;

  MapResolver publish(SignedTree tree) {
    tree.txtRecords().forEach((name, text) -> texts.put(name, List.of(text)));
    return this;
  }

  @Override
  public CompletionStage<Answer> resolve(String name) {
    asked.add(name);
    if (silent.contains(name)) {
      return new CompletableFuture<>();
    }
    List<String> found = texts.get(name);
    return down || found == null
        ? CompletableFuture.failedFuture(new IllegalStateException("no such name"))
        : CompletableFuture.completedFuture(new Answer(found, ttl));
  }
}
