package io.kadlink.server.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Server;
import io.kadlink.server.messages.RequestException.Cause;
import io.kadlink.server.messages.TypedProtocol.Handling;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.TestNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Typed messages between real servers. */
class TypedProtocolTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  sealed interface Message {}

  record Ask(long requestId, int number) implements Message, Question {}

  record Reply(long requestId, int number) implements Message, Answer {}

  record Other(long requestId) implements Message, Answer {}

  record News(Bytes content) implements Message {}

  private static final MessageTable<Message> TABLE =
      MessageTable.<Message>builder()
          .add(
              Ask.class,
              ask -> Bytes.concatenate(Bytes.ofUnsignedLong(ask.requestId), number(ask.number)),
              bytes -> new Ask(bytes.getLong(0), bytes.getInt(8)))
          .add(
              Reply.class,
              Priority.HIGH,
              reply ->
                  Bytes.concatenate(Bytes.ofUnsignedLong(reply.requestId), number(reply.number)),
              bytes -> new Reply(bytes.getLong(0), bytes.getInt(8)))
          .add(
              Other.class,
              other -> Bytes.ofUnsignedLong(other.requestId),
              bytes -> new Other(bytes.getLong(0)))
          .add(News.class, News::content, News::new)
          .build();

  private static Bytes number(int number) {
    return Bytes.ofUnsignedInt(Integer.toUnsignedLong(number));
  }

  /** Answers n with n + 1, 13 with something else, 7 never, and refuses 99. */
  private static class Counting extends TypedProtocol<Message> {
    final List<News> news = new CopyOnWriteArrayList<>();

    Counting(Handling handling) {
      super("count", 1, TABLE, handling);
    }

    @Override
    protected void received(Peer peer, Message message) throws ProtocolViolation {
      switch (message) {
        case Ask ask -> {
          switch (ask.number()) {
            case 7 -> {}
            case 13 -> send(peer, new Other(ask.requestId()));
            case 99 -> throw new ProtocolViolation(DisconnectReason.USELESS_PEER, "99");
            default -> send(peer, new Reply(ask.requestId(), ask.number() + 1));
          }
        }
        case News item -> news.add(item);
        case Reply reply -> throw new AssertionError(reply);
        case Other other -> throw new AssertionError(other);
      }
    }

    CompletableFuture<Reply> ask(Peer peer, int number, Duration limit) {
      return ask(peer, id -> new Ask(id, number), Reply.class, limit);
    }
  }

  private final TestNetwork network = new TestNetwork();

  @AfterEach
  void close() {
    network.close();
  }

  private static Cause failure(CompletableFuture<?> answer) {
    try {
      answer.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return ((RequestException) e.getCause()).kind();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("there is an answer");
  }

  @ParameterizedTest
  @EnumSource(Handling.class)
  void answersFindTheirQuestionsWhateverTheirOrder(Handling handling) {
    Counting alice = new Counting(handling);
    Peer peer = network.connect(network.server(alice), network.server(new Counting(handling)));
    List<CompletableFuture<Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      replies.add(alice.ask(peer, i * 100, LONG));
    }
    for (int i = 0; i < 6; i++) {
      assertThat(Await.value(replies.get(i)).number()).isEqualTo(i * 100 + 1);
    }
  }

  @ParameterizedTest
  @EnumSource(Handling.class)
  void aQuestionThatGetsNoAnswerSaysWhy(Handling handling) {
    Counting alice = new Counting(handling);
    Server server = network.server(alice);
    Peer peer = network.connect(server, network.server(new Counting(handling)));

    assertThat(failure(alice.ask(peer, 13, LONG))).isEqualTo(Cause.WRONG_ANSWER);
    assertThat(failure(alice.ask(peer, 7, Duration.ofMillis(20)))).isEqualTo(Cause.TIME_OUT);
    Await.until(
        "it counts against the peer",
        () -> Await.value(server.access().standing(peer.id())).isPresent());

    CompletableFuture<Reply> unanswered = alice.ask(peer, 7, LONG);
    alice.ask(peer, 99, LONG);
    assertThat(failure(unanswered)).isEqualTo(Cause.GONE);
    Await.until("it is gone", () -> server.peers().isEmpty());
    assertThat(failure(alice.ask(peer, 1, LONG))).isEqualTo(Cause.UNSENT);
  }

  @Test
  void aCancelledQuestionIsForgottenAndItsLateAnswerCounted() {
    Counting alice = new Counting(Handling.ON_LOOP);
    Server server = network.server(alice);
    Peer peer = network.connect(server, network.server(new Counting(Handling.ON_LOOP)));
    CompletableFuture<Reply> cancelled = alice.ask(peer, 1, LONG);
    boolean inTime = cancelled.cancel(false);
    Await.value(alice.ask(peer, 2, LONG));
    assertThat(server.metrics().counter("kadlink.messages.unasked", "protocol", "count/1").count())
        .isEqualTo(inTime ? 1 : 0);
  }

  @Test
  void aPeerHasABoundedNumberOfQuestionsOpen() {
    Counting alice = new Counting(Handling.ON_LOOP);
    Peer peer =
        network.connect(network.server(alice), network.server(new Counting(Handling.ON_LOOP)));
    List<CompletableFuture<Reply>> open = new ArrayList<>();
    for (int i = 0; i < Requests.MAX_PER_PEER; i++) {
      open.add(alice.ask(peer, 7, LONG));
    }
    assertThat(open).noneMatch(CompletableFuture::isDone);
    assertThat(failure(alice.ask(peer, 7, LONG))).isEqualTo(Cause.TOO_MANY);
    open.getFirst().cancel(false);
    assertThat(Await.value(alice.ask(peer, 1, LONG)).number()).isEqualTo(2);
  }

  @Test
  void aMalformedMessageIsABreachOfProtocol() {
    Counting alice = new Counting(Handling.ON_LOOP);
    Server server = network.server(alice);
    Peer peer = network.connect(server, network.server(new Counting(Handling.BLOCKING)));
    peer.send(alice, 0, Bytes.of(1, 2, 3));
    Await.until("it is gone", () -> server.peers().isEmpty());
    assertThatThrownBy(() -> TABLE.decode(0, Bytes.EMPTY))
        .isInstanceOf(ProtocolViolation.class)
        .hasMessageContaining("malformed Ask");
  }

  @Test
  void aTableKnowsItsMessagesOnceEach() {
    assertThat(TABLE.size()).isEqualTo(4);
    assertThat(TABLE.code(new News(Bytes.EMPTY))).isEqualTo(3);
    assertThat(TABLE.priority(1)).isEqualTo(Priority.HIGH);
    MessageTable.Builder<Message> twice =
        MessageTable.<Message>builder()
            .add(News.class, News::content, News::new)
            .add(News.class, News::content, News::new);
    assertThatThrownBy(twice::build).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aBlockingHandlerMayWaitForAnAnswerOfTheSamePeerAndKeepsTheOrder() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    List<Integer> seen = new CopyOnWriteArrayList<>();
    Counting waiting =
        new Counting(Handling.BLOCKING) {
          @Override
          protected void received(Peer peer, Message message) throws ProtocolViolation {
            if (message instanceof News item) {
              if (item.content().get(0) == 0) {
                Await.value(CompletableFuture.runAsync(() -> Await.value(released(release))));
              }
              seen.add(Await.value(ask(peer, item.content().get(0), LONG)).number());
            } else {
              super.received(peer, message);
            }
          }
        };
    Counting bob = new Counting(Handling.ON_LOOP);
    Peer peer = network.connect(network.server(bob), network.server(waiting));
    for (int i = 0; i < 5; i++) {
      bob.send(peer, new News(Bytes.of(i)));
    }
    assertThat(seen).isEmpty();
    release.countDown();
    Await.until("all are handled", () -> seen.size() == 5);
    assertThat(seen).containsExactly(1, 2, 3, 4, 5);
  }

  private static CompletableFuture<Boolean> released(CountDownLatch latch) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return latch.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void whatABlockingHandlerHasNotWorkedOffSlowsThePeerDown() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Counting stuck =
        new Counting(Handling.BLOCKING) {
          @Override
          protected void received(Peer peer, Message message) throws ProtocolViolation {
            Await.value(released(release));
            super.received(peer, message);
          }
        };
    Counting bob = new Counting(Handling.ON_LOOP);
    Peer peer = network.connect(network.server(bob), network.server(stuck));
    Bytes megabyte = Bytes.wrap(new byte[1 << 20]);
    int sent = 0;
    for (int i = 0; i < 64 && bob.send(peer, new News(random(megabyte.size()))); i++) {
      sent++;
    }
    assertThat(peer.pendingBytes()).isPositive();
    Await.holds(
        "what is not worked off stays with the sender",
        Duration.ofMillis(300),
        () -> peer.pendingBytes() > 0 && stuck.news.isEmpty());
    release.countDown();
    int all = sent;
    Await.until("all arrive", () -> stuck.news.size() == all);
  }

  private static Bytes random(int size) {
    return Bytes.random(size);
  }
}
