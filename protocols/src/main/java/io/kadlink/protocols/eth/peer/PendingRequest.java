package io.kadlink.protocols.eth.peer;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.wire.EthMessage.Response;
import io.kadlink.protocols.eth.wire.MessageCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.Optional;
import java.util.function.Consumer;

/** A request that waits for its answer. Confined to the protocol's loop. */
final class PendingRequest<R extends Response> {
  final String asked;
  private final int code;
  private final Class<R> type;
  private final int max;
  private final Consumer<Optional<R>> then;
  Loop.Timer timer = () -> {};
  boolean late;

  PendingRequest(String asked, int code, Class<R> type, int max, Consumer<Optional<R>> then) {
    this.asked = asked;
    this.code = code;
    this.type = type;
    this.max = max;
    this.then = then;
  }

  void requireCode(int answered) throws ProtocolViolation {
    if (answered != code) {
      throw new ProtocolViolation(
          DisconnectReason.PROTOCOL_BREACH,
          MessageCode.name(answered) + " in answer to a request for " + MessageCode.name(code));
    }
  }

  void requireSize(Response response) throws ProtocolViolation {
    if (response.size() > max) {
      throw new ProtocolViolation(
          DisconnectReason.PROTOCOL_BREACH,
          response.name() + " with " + response.size() + " items, asked for " + max);
    }
  }

  void complete(Response response) {
    timer.cancel();
    then.accept(Optional.of(type.cast(response)));
  }

  void fail() {
    then.accept(Optional.empty());
  }
}
