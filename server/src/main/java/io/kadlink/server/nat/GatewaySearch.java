package io.kadlink.server.nat;

import static java.util.stream.Collectors.joining;

import io.kadlink.server.nat.Gateway.Mapping;
import io.kadlink.server.nat.Gateway.Probe;
import io.kadlink.server.nat.Gateway.Wish;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a gateway that maps the ports: all are asked at once whether they are there; of those
 * that answer, the first is asked for the mappings, then the next. Not all are asked for mappings
 * at once, because they may be one router, where what one protocol maps another would delete.
 */
final class GatewaySearch {

  /** What was found. */
  sealed interface Result {
    record Found(Gateway gateway, List<Mapping> mappings) implements Result {}

    /**
     * None maps them all.
     *
     * @param why one sentence for all gateways
     */
    record Nothing(String why) implements Result {}
  }

  private final List<Gateway> gateways;
  private final List<Wish> wishes;
  private final Consumer<Result> done;
  private final Deque<Gateway> there = new ArrayDeque<>();
  private final List<String> refusals = new ArrayList<>();
  private @Nullable Gateway asked;
  private int unheard;
  private boolean over;

  private GatewaySearch(List<Gateway> gateways, List<Wish> wishes, Consumer<Result> done) {
    this.gateways = gateways;
    this.wishes = wishes;
    this.done = done;
    this.unheard = gateways.size();
  }

  /**
   * Begins a search.
   *
   * @param done called once, unless the search is called off
   * @return calls the search off
   */
  static Runnable start(List<Gateway> gateways, List<Wish> wishes, Consumer<Result> done) {
    GatewaySearch search = new GatewaySearch(gateways, wishes, done);
    for (Gateway gateway : gateways) {
      gateway.probe(found -> search.heard(gateway, found));
    }
    return search::callOff;
  }

  private void heard(Gateway gateway, Probe found) {
    unheard--;
    if (found != Probe.SILENT) {
      there.add(gateway);
    }
    next();
  }

  private void next() {
    if (over || asked != null) {
      return;
    }
    Gateway gateway = there.poll();
    if (gateway != null) {
      asked = gateway;
      MappingRequests.send(gateway, wishes, result -> answered(gateway, result));
    } else if (unheard == 0) {
      over = true;
      done.accept(new Result.Nothing(why()));
    }
  }

  private void answered(Gateway gateway, MappingRequests.Result result) {
    asked = null;
    switch (result) {
      case MappingRequests.Result.All all -> {
        over = true;
        gateways.stream().filter(other -> !other.equals(gateway)).forEach(Gateway::close);
        done.accept(new Result.Found(gateway, all.mappings()));
      }
      case MappingRequests.Result.Failed failed -> {
        refusals.add(gateway.protocol().label() + ": " + failed.why());
        next();
      }
    }
  }

  private String why() {
    if (!refusals.isEmpty()) {
      return "the router maps no ports (" + refusals.stream().sorted().collect(joining("; ")) + ")";
    }
    List<String> silent =
        gateways.stream().map(gateway -> gateway.protocol().label()).distinct().toList();
    return "no router answers by " + String.join(", ", silent);
  }

  private void callOff() {
    over = true;
    gateways.forEach(Gateway::close);
  }
}
