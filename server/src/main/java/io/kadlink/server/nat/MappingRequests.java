package io.kadlink.server.nat;

import io.kadlink.server.nat.Gateway.Granted;
import io.kadlink.server.nat.Gateway.Mapping;
import io.kadlink.server.nat.Gateway.Outcome;
import io.kadlink.server.nat.Gateway.Refused;
import io.kadlink.server.nat.Gateway.Silent;
import io.kadlink.server.nat.Gateway.Wish;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Asks one gateway for several mappings, one after the other; all or none of them count. */
final class MappingRequests {

  /** What came of it. */
  sealed interface Result {
    record All(List<Mapping> mappings) implements Result {}

    /**
     * Not all were made, and none is left.
     *
     * @param silent whether it gave no answer at all
     */
    record Failed(String why, boolean silent) implements Result {}
  }

  private final Gateway gateway;
  private final List<Wish> wishes;
  private final Consumer<Result> done;
  private final List<Mapping> made = new ArrayList<>();

  private MappingRequests(Gateway gateway, List<Wish> wishes, Consumer<Result> done) {
    this.gateway = gateway;
    this.wishes = wishes;
    this.done = done;
  }

  /**
   * Begins to ask.
   *
   * @param done called once, unless the gateway is closed before
   */
  static void send(Gateway gateway, List<Wish> wishes, Consumer<Result> done) {
    new MappingRequests(gateway, wishes, done).next();
  }

  private void next() {
    if (made.size() == wishes.size()) {
      done.accept(new Result.All(List.copyOf(made)));
      return;
    }
    gateway.map(wish(), this::answered);
  }

  /** The number that another port of ours got is wanted for the same port of the other protocol. */
  private Wish wish() {
    Wish wish = wishes.get(made.size());
    for (Mapping other : made) {
      if (other.internalPort() == wish.internalPort()
          && wish.externalPort() == wish.internalPort()) {
        return new Wish(
            wish.protocol(), wish.internalPort(), other.externalPort(), wish.lifetime());
      }
    }
    return wish;
  }

  private void answered(Outcome outcome) {
    switch (outcome) {
      case Granted granted -> {
        made.add(granted.mapping());
        next();
      }
      case Refused refused -> giveUp(new Result.Failed(refused.why(), false));
      case Silent silent -> giveUp(new Result.Failed("it stopped answering", true));
    }
  }

  /** Nothing stays open that is not used. */
  private void giveUp(Result.Failed failure) {
    if (made.isEmpty() || failure.silent()) {
      done.accept(failure);
    } else {
      gateway.unmap(made.removeLast(), () -> giveUp(failure));
    }
  }
}
