package io.kadlink.protocols.relay;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.ByteStream;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.testing.TestPeer;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A session over a stream, as small as it can be: each end first says its key, the one who dialed
 * begins; then bytes go both ways.
 */
final class SceneStream implements ByteStream.Sink {
  final CompletableFuture<Peer> peer = new CompletableFuture<>();
  final PublicKey through;

  /** What came after the handshake. */
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();

  /** Whether received bytes are worked off at once. */
  boolean consumes = true;

  int writableCalls;
  @Nullable String closed;

  private final SceneNode owner;
  private final ByteStream stream;
  private final Optional<PublicKey> expected;
  private final ByteArrayOutputStream handshake = new ByteArrayOutputStream();
  private int unconsumed;

  SceneStream(SceneNode owner, ByteStream stream, Optional<PublicKey> expected, PublicKey through) {
    this.owner = owner;
    this.stream = stream;
    this.expected = expected;
    this.through = through;
  }

  void begin() {
    stream.start(this);
    if (expected.isPresent()) {
      stream.write(owner.key.publicKey().bytes());
    }
  }

  boolean write(Bytes data) {
    return stream.write(data);
  }

  void close(String reason) {
    stream.close(reason);
  }

  Bytes received() {
    return Bytes.wrap(received.toByteArray());
  }

  /** Works off what waited, and from now on all at once. */
  void consumeAll() {
    consumes = true;
    stream.consumed(unconsumed);
    unconsumed = 0;
  }

  @Override
  public void data(Bytes data) {
    if (closed != null) {
      throw new AssertionError("data after the end");
    }
    int used = 0;
    while (!peer.isDone() && used < data.size()) {
      handshake.write(data.get(used++));
      if (handshake.size() == PublicKey.BYTES) {
        greet();
      }
    }
    received.writeBytes(data.slice(used).toArray());
    if (consumes) {
      stream.consumed(data.size());
    } else {
      unconsumed += data.size();
    }
  }

  private void greet() {
    PublicKey key;
    try {
      key = PublicKey.of(Bytes.wrap(handshake.toByteArray()));
    } catch (InvalidCurveInputException e) {
      fail("garbage in the handshake");
      return;
    }
    if (owner.refusesSessions != null) {
      fail(owner.refusesSessions);
    } else if (expected.isPresent() && !expected.get().equals(key)) {
      fail("someone else answers");
    } else if (owner.peer(key.id()).isPresent()
        || (expected.isEmpty() && owner.prefersItsOwnDial(key))) {
      fail("already connected");
    } else {
      if (expected.isEmpty()) {
        stream.write(owner.key.publicKey().bytes());
      }
      SessionPeer session = new SessionPeer(key);
      owner.sessionUp(key.id(), session);
      peer.complete(session);
    }
  }

  /** Whether it is a dial of that node which may still come to something. */
  boolean dials(PublicKey other) {
    return expected.filter(other::equals).isPresent() && !peer.isCompletedExceptionally();
  }

  private void fail(String why) {
    peer.completeExceptionally(new IllegalStateException(why));
    stream.close(why);
  }

  @Override
  public void writable() {
    writableCalls++;
  }

  @Override
  public void closed(String reason) {
    if (closed != null) {
      throw new AssertionError("closed twice");
    }
    closed = reason;
    peer.completeExceptionally(new IllegalStateException(reason));
    if (!peer.isCompletedExceptionally()) {
      owner.sessionOver(peer.join().id(), peer.join());
    }
  }

  /** The session as a peer: an ordinary one, marked with its relay. */
  private final class SessionPeer implements PeerOverStream {
    private final TestPeer shown;

    SessionPeer(PublicKey key) {
      this.shown = new TestPeer(key, new Protocol[0]).withRelay(through);
    }

    @Override
    public TestPeer shown() {
      return shown;
    }

    @Override
    public java.util.concurrent.CompletionStage<Void> disconnect(DisconnectReason reason) {
      owner.sessionOver(id(), this);
      stream.close(reason.toString());
      return CompletableFuture.completedFuture(null);
    }
  }
}
