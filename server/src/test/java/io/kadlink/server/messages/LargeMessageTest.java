package io.kadlink.server.messages;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.rlpx.Unpacking;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import io.kadlink.server.Server;
import io.kadlink.server.messages.TypedProtocol.Handling;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.TestNetwork;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A message that takes long to decode holds up whoever sent it, and nobody else. */
class LargeMessageTest {
  /** What a parcel that can't be decoded begins with. */
  private static final byte BAD = 1;

  sealed interface Message {}

  record Ask(long requestId) implements Message, Question {}

  record Reply(long requestId) implements Message, Answer {}

  /**
   * @param decodedOnLoop where it was decoded
   */
  record Parcel(Bytes content, boolean decodedOnLoop) implements Message {}

  /** Its receiver opens the first large parcel only when it is told to. */
  private static final class Post extends TypedProtocol<Message> {
    private static final CountDownLatch AT_ONCE = new CountDownLatch(0);

    /** What happened, in order: sizes of parcels, "ask", "gone". */
    final List<String> events = new CopyOnWriteArrayList<>();

    final List<Parcel> parcels = new CopyOnWriteArrayList<>();

    Post(Handling handling, CountDownLatch opening, CountDownLatch opened) {
      super("post", 1, table(opening, opened), handling);
    }

    Post() {
      this(Handling.ON_LOOP, AT_ONCE, AT_ONCE);
    }

    private static MessageTable<Message> table(CountDownLatch opening, CountDownLatch opened) {
      return MessageTable.<Message>builder()
          .add(
              Ask.class,
              ask -> Bytes.ofUnsignedLong(ask.requestId),
              bytes -> new Ask(bytes.getLong(0)))
          .add(
              Reply.class,
              reply -> Bytes.ofUnsignedLong(reply.requestId),
              bytes -> new Reply(bytes.getLong(0)))
          .add(
              Parcel.class,
              Parcel::content,
              bytes -> {
                if (bytes.size() >= Unpacking.LARGE_BYTES) {
                  opening.countDown();
                  awaitLatch(opened);
                }
                if (bytes.get(0) == BAD) {
                  throw new IllegalArgumentException("a bad parcel");
                }
                return new Parcel(
                    bytes, Thread.currentThread().getName().startsWith("kadlink-post"));
              })
          .build();
    }

    @Override
    protected void received(Peer peer, Message message) {
      switch (message) {
        case Ask ask -> {
          events.add("ask");
          send(peer, new Reply(ask.requestId));
        }
        case Parcel parcel -> {
          parcels.add(parcel);
          events.add(Integer.toString(parcel.content.size()));
        }
        case Reply reply -> throw new AssertionError(reply);
      }
    }

    @Override
    public void disconnected(Peer peer, DisconnectReason reason) {
      super.disconnected(peer, reason);
      events.add("gone");
    }

    void ask(Peer peer) {
      Await.value(ask(peer, Ask::new, Reply.class, Duration.ofSeconds(20)));
    }

    void parcel(Peer peer, int bytes) {
      assertThat(send(peer, new Parcel(Bytes.wrap(new byte[bytes]), false))).isTrue();
    }
  }

  private final TestNetwork network = new TestNetwork();

  @AfterEach
  void close() {
    network.close();
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @EnumSource(Handling.class)
  void whileOnePeersLargeMessageIsDecodedAnotherPeersQuestionIsAnswered(Handling handling) {
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch opened = new CountDownLatch(1);
    Post post = new Post(handling, opening, opened);
    Server office = network.server(post);
    Post large = new Post();
    Post curious = new Post();
    Server sender = network.server(large);
    Peer fromSender = network.connect(sender, office);
    Peer fromAsker = network.connect(network.server(curious), office);

    large.parcel(fromSender, Unpacking.LARGE_BYTES);
    large.parcel(fromSender, 3);
    awaitLatch(opening);
    curious.ask(fromAsker);
    assertThat(post.events).as("the sender's own wait").containsExactly("ask");

    opened.countDown();
    large.ask(fromSender);
    assertThat(post.events)
        .as("and come in order")
        .containsExactly("ask", Integer.toString(Unpacking.LARGE_BYTES), "3", "ask");
  }

  @Test
  void whatAPeerSentBeforeItsGoodbyeIsHandledBeforeItIsGone() {
    CountDownLatch opening = new CountDownLatch(1);
    CountDownLatch opened = new CountDownLatch(1);
    Post post = new Post(Handling.ON_LOOP, opening, opened);
    Server office = network.server(post);
    Post large = new Post();
    Peer fromSender = network.connect(network.server(large), office);

    large.parcel(fromSender, Unpacking.LARGE_BYTES);
    large.parcel(fromSender, 3);
    awaitLatch(opening);
    fromSender.disconnect(DisconnectReason.REQUESTED);
    Await.until("the session is over", () -> office.peers().isEmpty());
    opened.countDown();
    Await.until("the protocol knows", () -> post.events.contains("gone"));

    assertThat(post.events).containsExactly(Integer.toString(Unpacking.LARGE_BYTES), "3", "gone");
  }

  @Test
  void onlyLargeMessagesAreDecodedElsewhere() {
    Post post = new Post();
    Post sending = new Post();
    Peer peer = network.connect(network.server(sending), network.server(post));

    sending.parcel(peer, Unpacking.LARGE_BYTES - 1);
    sending.parcel(peer, Unpacking.LARGE_BYTES);
    sending.ask(peer);

    assertThat(post.parcels).extracting(Parcel::decodedOnLoop).containsExactly(true, false);
  }

  @Test
  void aLargeMessageThatCantBeDecodedEndsItsSessionAlone() {
    Post post = new Post();
    Server office = network.server(post);
    Post bad = new Post();
    Post good = new Post();
    Server sender = network.server(bad);
    Peer fromBad = network.connect(sender, office);
    Peer fromGood = network.connect(network.server(good), office);

    byte[] content = new byte[Unpacking.LARGE_BYTES];
    content[0] = BAD;
    bad.send(fromBad, new Parcel(Bytes.wrap(content), false));

    Await.until("the sender has lost its session", () -> sender.peers().isEmpty());
    good.parcel(fromGood, Unpacking.LARGE_BYTES);
    good.ask(fromGood);
    assertThat(post.parcels).hasSize(1);
  }
}
