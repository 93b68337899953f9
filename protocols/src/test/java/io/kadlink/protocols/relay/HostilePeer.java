package io.kadlink.protocols.relay;

import io.kadlink.protocols.relay.wire.RelayMessage;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/**
 * Plays a sequence of raw messages, some from one peer of a relay and some from another, and checks
 * that the relay holds no more than it should, whatever they say.
 */
public final class HostilePeer {
  private HostilePeer() {}

  /**
   * Plays {@code script}: one byte chooses who speaks and whether time passes, one the message
   * code, one the length of what follows.
   */
  public static void play(byte[] script) {
    Scene scene = new Scene();
    SceneNode relay =
        scene.node(
            "relay", RelayOptions.builder().maxCircuits(4).reachable(true).relaysWanted(1).build());
    SceneNode a = scene.relay("a");
    SceneNode b = scene.dialOnly("b");
    scene.link(a, relay);
    scene.link(b, relay);
    scene.settle();
    a.scripted = true;
    b.scripted = true;
    int at = 0;
    while (at + 3 <= script.length) {
      int who = script[at];
      int code = script[at + 1] & 0x07;
      int length = Math.min(script[at + 2] & 0xff, script.length - at - 3);
      SceneNode speaker = (who & 1) == 0 ? a : b;
      if (relay.peer(speaker.key.id()).isPresent() && speaker.peer(relay.key.id()).isPresent()) {
        speaker
            .peerOf(relay)
            .transmit(code, Bytes.wrap(Arrays.copyOfRange(script, at + 3, at + 3 + length)));
      }
      if ((who & 2) != 0) {
        scene.settle();
      }
      if ((who & 4) != 0) {
        scene.pass(Duration.ofSeconds(11));
      }
      at += 3 + length;
    }
    scene.settle();
    List<Circuit> circuits = relay.circuits();
    boolean tooMany = circuits.stream().filter(c -> c.role() == Circuit.Role.RELAY).count() > 4;
    boolean tooMuch =
        circuits.stream().anyMatch(c -> c.waitingBytes() > 2L * RelayMessage.INITIAL_WINDOW);
    if (tooMany || tooMuch) {
      throw new AssertionError("beyond the limits: " + circuits);
    }
    // Whatever they did, when they are gone nothing is left of it.
    for (SceneNode speaker : List.of(a, b)) {
      if (speaker.peer(relay.key.id()).isPresent()) {
        scene.cut(speaker, relay);
      }
    }
    scene.pass(Duration.ofMinutes(1));
    if (!relay.circuits().isEmpty()) {
      throw new AssertionError("left behind: " + relay.circuits());
    }
  }
}
