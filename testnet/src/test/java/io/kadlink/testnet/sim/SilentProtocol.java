package io.kadlink.testnet.sim;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;

/** Says nothing, and tells how its sessions end. */
public final class SilentProtocol implements Protocol {
  private final Consumer<DisconnectReason> goodbyes;

  public SilentProtocol(Consumer<DisconnectReason> goodbyes) {
    this.goodbyes = goodbyes;
  }

  @Override
  public String name() {
    return "silent";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public int messageCount() {
    return 1;
  }

  @Override
  public void message(Peer peer, int code, Bytes payload) {}

  @Override
  public void disconnected(Peer peer, DisconnectReason reason) {
    goodbyes.accept(reason);
  }
}
