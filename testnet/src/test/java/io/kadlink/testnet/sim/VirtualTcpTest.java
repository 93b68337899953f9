package io.kadlink.testnet.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.server.virtual.Connection;
import io.kadlink.server.virtual.TcpNetwork;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.ThrowingSupplier;

class VirtualTcpTest {
  private static final int PORT = 30303;
  private static final Duration TRIP = Duration.ofMillis(400);

  private final World world =
      new World(1, 1, EnumSet.of(DiscoveryVersion.V4), null, (elapsed, live, events) -> {});
  private final InetSocketAddress serverAddress = world.newAddress();
  private final VirtualLoop clientLoop = world.newLoop();
  private final VirtualLoop serverLoop = world.newLoop();
  private final VirtualTcp.Host client =
      world.openHost(clientLoop, world.newAddress().getAddress());
  private final VirtualTcp.Host server = world.openHost(serverLoop, serverAddress.getAddress());
  private final Side dialed = new Side();
  private final Side accepted = new Side();

  /** One end, and what it was told. */
  private static final class Side implements Connection.Listener {
    Connection connection;
    InetSocketAddress remote;
    boolean refused;
    boolean reads = true;
    int writable;
    final List<Integer> bytes = new ArrayList<>();
    Optional<String> ended;

    @Override
    public void arrived(byte[] data) {
      for (byte each : data) {
        bytes.add((int) each);
      }
      if (reads) {
        connection.consumed(data.length);
      }
    }

    @Override
    public void writable() {
      writable++;
    }

    @Override
    public void ended(Optional<String> broken) {
      ended = broken;
    }
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void listen() {
    serverLoop.run(
        () ->
            quietly(
                () -> {
                  server.listen(
                      PORT,
                      (connection, remote) -> {
                        accepted.connection = connection;
                        accepted.remote = remote;
                        return accepted;
                      });
                  return null;
                }));
  }

  private static void quietly(ThrowingSupplier<Object> task) {
    try {
      task.get();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private void connect(InetSocketAddress to) {
    clientLoop.run(
        () ->
            client.connect(
                to,
                new TcpNetwork.Caller() {
                  @Override
                  public Connection.Listener connected(
                      Connection connection, InetSocketAddress local) {
                    dialed.connection = connection;
                    return dialed;
                  }

                  @Override
                  public void refused() {
                    dialed.refused = true;
                  }
                }));
  }

  private void connected() {
    listen();
    connect(serverAddress);
    world.time().pass(TRIP);
    assertThat(dialed.connection).isNotNull();
    assertThat(accepted.connection).isNotNull();
  }

  private boolean send(int... bytes) {
    byte[] data = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      data[i] = (byte) bytes[i];
    }
    boolean[] more = new boolean[1];
    clientLoop.run(() -> more[0] = dialed.connection.send(data));
    return more[0];
  }

  @Test
  void bytesArriveInOrderAfterTheTimeTheyTake() {
    connected();
    for (int i = 0; i < 100; i++) {
      send(i);
    }
    world.time().pass(Links.LEAST);
    assertThat(accepted.bytes).isEmpty();
    world.time().pass(TRIP);
    assertThat(accepted.bytes).hasSize(100).isSorted();
  }

  @Test
  void whatIsLostIsSentAgainAndOvertakesNothing() {
    connected();
    world.network().setFaults(new Faults(0.5, 0, 0));
    for (int i = 0; i < 100; i++) {
      send(i);
    }
    world.time().pass(TRIP);
    assertThat(accepted.bytes).hasSizeLessThan(100);
    world.time().pass(Duration.ofMinutes(5));
    assertThat(accepted.bytes).hasSize(100).isSorted();
  }

  @Test
  void aSplitHoldsUpBytesUntilItHeals() {
    connected();
    server.side(1);
    world.network().split();
    send(1, 2);
    send(3);
    world.time().pass(Duration.ofSeconds(20));
    assertThat(accepted.bytes).isEmpty();
    world.network().heal();
    world.time().pass(Duration.ofSeconds(10));
    assertThat(accepted.bytes).containsExactly(1, 2, 3);
  }

  @Test
  void aReaderThatDoesNotReadStopsTheSenderAtTheWindow() {
    connected();
    accepted.reads = false;
    assertThat(send(new int[VirtualTcp.WINDOW_BYTES - 1])).isTrue();
    assertThat(send(1)).isFalse();
    world.time().pass(Duration.ofMinutes(1));
    assertThat(dialed.writable).isZero();
    serverLoop.run(() -> accepted.connection.consumed(VirtualTcp.WINDOW_BYTES));
    world.time().pass(TRIP);
    assertThat(dialed.writable).isEqualTo(1);
  }

  @Test
  void theEndComesAfterTheLastByte() {
    connected();
    send(1);
    clientLoop.run(() -> dialed.connection.close());
    world.time().pass(TRIP);
    assertThat(accepted.bytes).containsExactly(1);
    assertThat(accepted.ended).isEmpty();
  }

  @Test
  void whereNobodyListensAConnectionIsRefused() {
    connect(serverAddress);
    world.time().pass(TRIP);
    assertThat(dialed.refused).isTrue();
  }

  @Test
  void whereNobodyIsThereIsNoAnswer() {
    connect(world.newAddress());
    server.close();
    connect(serverAddress);
    world.time().pass(Duration.ofMinutes(1));
    assertThat(dialed.refused).isFalse();
    assertThat(dialed.connection).isNull();
  }

  @Test
  void aHostThatCameBackKnowsNothingOfItsOldConnections() {
    connected();
    serverLoop.end();
    server.close();
    send(1);
    world.time().pass(Duration.ofMinutes(1));
    assertThat(dialed.ended).isNull();
    world.openHost(world.newLoop(), serverAddress.getAddress());
    send(2);
    world.time().pass(TRIP.multipliedBy(2));
    assertThat(dialed.ended).contains("connection reset");
    assertThat(accepted.bytes).isEmpty();
  }

  @Test
  void aPortIsListenedOnOnce() {
    listen();
    serverLoop.run(
        () -> {
          BindException taken = null;
          try {
            server.listen(PORT, (connection, remote) -> accepted);
          } catch (BindException e) {
            taken = e;
          }
          assertThat(taken).hasMessageContaining("in use");
          server.unlisten(PORT);
          quietly(
              () -> {
                server.listen(PORT, (connection, remote) -> accepted);
                return null;
              });
        });
  }
}
