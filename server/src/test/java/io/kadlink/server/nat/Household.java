package io.kadlink.server.nat;

import io.kadlink.discovery.KnownEndpoint;
import io.kadlink.server.testing.ManualLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;

/** A node behind a router, on virtual time. */
final class Household {
  static final int TCP = 30303;
  static final int UDP = 30304;

  final ManualLoop loop = new ManualLoop();
  final Town town = new Town(loop);
  final Router router = new Router(loop, town);
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  /** What the record was told: {@code 80.1.2.3 30303 30304}, or {@code -80.1.2.3} taken back. */
  final List<String> record = new ArrayList<>();

  Duration lifetime = NatOptions.DEFAULT_LIFETIME;
  int tcpPort = TCP;
  int udpPort = UDP;

  NatTraversal start(String method) {
    NatOptions options =
        new NatOptions(
            NatMethod.parse(method),
            lifetime,
            new InetSocketAddress(0).getAddress(),
            tcpPort,
            udpPort,
            loop::now,
            new SplittableRandom(7),
            metrics);
    NatTraversal traversal =
        NatTraversal.start(
            options,
            loop,
            town,
            new Advertiser() {
              @Override
              public void advertise(KnownEndpoint endpoint) {
                String text =
                    endpoint.address().getHostAddress()
                        + " "
                        + endpoint.tcpPort().orElse(0)
                        + " "
                        + endpoint.udpPort().orElse(0);
                if (record.isEmpty() || !record.get(record.size() - 1).equals(text)) {
                  record.add(text);
                }
              }

              @Override
              public void withdraw(InetAddress address) {
                record.add("-" + address.getHostAddress());
              }
            });
    return traversal;
  }

  void pass(Duration duration) {
    loop.advance(duration);
  }

  boolean closes(NatTraversal traversal, Duration within) {
    CompletionStage<Void> closing = traversal.close();
    loop.advance(within);
    return closing.toCompletableFuture().isDone();
  }

  double count(String name, String... tags) {
    return metrics.find(name).tags(tags).counters().stream().mapToDouble(c -> c.count()).sum();
  }
}
