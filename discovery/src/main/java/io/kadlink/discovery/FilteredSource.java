package io.kadlink.discovery;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** The nodes of a source that pass a test. */
record FilteredSource(NodeSource source, Predicate<? super Node> wanted) implements NodeSource {

  @Override
  public CompletionStage<List<Node>> pull(int max) {
    return source
        .pull(max)
        .thenCompose(
            nodes -> {
              List<Node> passed = nodes.stream().filter(wanted).toList();
              boolean none = passed.isEmpty() && !nodes.isEmpty();
              return none ? pull(max) : CompletableFuture.completedFuture(passed);
            });
  }

  @Override
  public void close() {
    source.close();
  }
}
