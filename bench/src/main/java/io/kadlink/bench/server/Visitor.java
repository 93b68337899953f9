package io.kadlink.bench.server;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** One stranger at a server's door. */
final class Visitor {
  private static final int CONNECT_MILLIS = 10_000;
  private static final int AUTH_BYTES = 400;

  /** Of what it says in one write when it floods. */
  private static final int FLOOD_MESSAGES = 64;

  private static final int LARGE_BYTES = 1 << 20;

  /** Answers of 64 KiB that one who reads nothing asks for: far above what may wait for it. */
  private static final int ASKED = 1_000;

  /** Longer than a server has patience with who takes nothing. */
  private static final int PATIENCE_SECONDS = 60;

  /** Can't be compressed. */
  private static final byte[] NOISE = random(new Random(1), LARGE_BYTES);

  private static final byte[] SOME_NOISE = Arrays.copyOf(NOISE, LARGE_BYTES / 16);

  /**
   * Handshakes under way at a time: more would take each other's processor until the server has
   * lost patience with all of them.
   */
  private static final Semaphore SHAKING = new Semaphore(16);

  private final Stranger kind;
  private final Enode server;
  private final byte[] opening;

  Visitor(Stranger kind, Enode server, Random random) {
    this.kind = kind;
    this.server = server;
    this.opening =
        switch (kind) {
          case GARBAGE -> random(random, 1000);
          case HALF_AUTH -> Arrays.copyOf(auth(random), 140);
          case WRONG_AUTH -> auth(random);
          default -> new byte[0];
        };
  }

  private static byte[] random(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Of the right size, with a true point, and nothing else that is true. */
  private static byte[] auth(Random random) {
    byte[] packet = random(random, 2 + AUTH_BYTES);
    packet[0] = (byte) (AUTH_BYTES >>> 8);
    packet[1] = (byte) AUTH_BYTES;
    packet[2] = 4;
    byte[] point = NodeKey.generate().publicKey().bytes().toArrayUnsafe();
    System.arraycopy(point, 0, packet, 3, point.length);
    return packet;
  }

  /** Connects, does what its kind does, and stays until it is closed. */
  void come(LongAdder came) {
    try (Socket socket = new Socket()) {
      if (kind.shakesHands) {
        behave(enter(socket, came));
      } else {
        connect(socket, came);
        socket.getOutputStream().write(opening);
      }
      await(socket.getInputStream());
    } catch (IOException | ProtocolViolation e) {
      pause(); // refused; it comes again
    }
  }

  private static void pause() {
    sleep(100);
  }

  private static void awaitUnread() {
    sleep(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
  }

  private static void sleep(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void connect(Socket socket, LongAdder came) throws IOException {
    socket.connect(new InetSocketAddress(server.host(), server.tcpPort()), CONNECT_MILLIS);
    came.increment();
  }

  private Impostor enter(Socket socket, LongAdder came) throws IOException, ProtocolViolation {
    SHAKING.acquireUninterruptibly();
    try {
      connect(socket, came);
      Impostor session = new Impostor(socket, server.publicKey());
      session.shakeHands();
      if (kind != Stranger.NO_HELLO) {
        session.greet();
      }
      return session;
    } finally {
      SHAKING.release();
    }
  }

  private void behave(Impostor session) throws IOException {
    OutputStream out = session.output();
    switch (kind) {
      case HALF_FRAME -> {
        byte[] frame = session.message(0, NOISE);
        out.write(frame, 0, frame.length / 2);
      }
      case WRONG_MAC -> {
        byte[] frame = session.message(0, SOME_NOISE);
        frame[frame.length - 1] ^= 1;
        out.write(frame);
      }
      case NO_READING -> {
        for (int i = 0; i < ASKED; i++) {
          out.write(session.message(0, SOME_NOISE));
        }
        awaitUnread();
      }
      case PINGS -> flood(out, () -> session.pings(FLOOD_MESSAGES));
      case HELLOS -> flood(out, session::hello);
      default -> {
        // it has done all it does
      }
    }
  }

  /** Until the server closes, or reads no more. */
  private static void flood(OutputStream out, Supplier<byte[]> message) throws IOException {
    while (true) {
      out.write(message.get());
      LockSupport.parkNanos(1); // the other strangers have their turn
    }
  }

  private static void await(InputStream in) throws IOException {
    byte[] ignored = new byte[1024];
    while (in.read(ignored) >= 0) {
      // until the server closes
    }
  }
}
