package io.kadlink.server.examples;

import io.kadlink.identity.Enode;
import io.kadlink.server.Peer;
import io.kadlink.server.Server;
import io.kadlink.server.messages.Answer;
import io.kadlink.server.messages.MessageTable;
import io.kadlink.server.messages.Question;
import io.kadlink.server.messages.TypedProtocol;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;

/** An own protocol: nodes tell each other the time. */
final class OwnProtocol {
  private OwnProtocol() {}

  // example begins
  sealed interface Message {}

  record AskTime(long requestId) implements Message, Question {}

  record TellTime(long requestId, long unixMillis) implements Message, Answer {}

  /** The protocol time/1. */
  static final class Time extends TypedProtocol<Message> {
    private static final MessageTable<Message> MESSAGES =
        MessageTable.<Message>builder()
            .add(
                AskTime.class,
                ask -> RLP.encodeList(list -> list.writeLong(ask.requestId())),
                bytes -> RLP.decodeList(bytes, list -> new AskTime(list.readLong())))
            .add(TellTime.class, Time::encode, Time::decode)
            .build();

    Time() {
      super("time", 1, MESSAGES);
    }

    @Override
    protected void received(Peer peer, Message message) {
      if (message instanceof AskTime ask) {
        send(peer, new TellTime(ask.requestId(), context().clock().millis()));
      }
    }

    CompletableFuture<Instant> timeAt(Peer peer) {
      return ask(peer, AskTime::new, TellTime.class, Duration.ofSeconds(5))
          .thenApply(told -> Instant.ofEpochMilli(told.unixMillis()));
    }

    private static Bytes encode(TellTime told) {
      return RLP.encodeList(
          list -> {
            list.writeLong(told.requestId());
            list.writeLong(told.unixMillis());
          });
    }

    private static TellTime decode(Bytes bytes) {
      return RLP.decodeList(bytes, list -> new TellTime(list.readLong(), list.readLong()));
    }
  }

  static Instant timeAt(Enode node) {
    Time time = new Time();
    try (Server server = Server.builder().listen(false).discovery(false).protocol(time).start()) {
      return server.connect(node).thenCompose(time::timeAt).toCompletableFuture().join();
    }
  }

  // example ends
}
