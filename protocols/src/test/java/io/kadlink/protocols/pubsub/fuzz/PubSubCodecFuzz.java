package io.kadlink.protocols.pubsub.fuzz;

import io.kadlink.protocols.pubsub.wire.Packet;
import io.kadlink.protocols.pubsub.wire.PubSubCodec;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.Arrays;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/** The first byte is the message code; the rest is what a peer sends under it. */
public final class PubSubCodecFuzz {
  private PubSubCodecFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    Optional<Packet> packet;
    int code = data[0] & 0x0f;
    try {
      packet = PubSubCodec.decode(code, Bytes.wrap(Arrays.copyOfRange(data, 1, data.length)));
    } catch (ProtocolViolation expected) {
      return;
    }
    if (packet.isEmpty()) {
      return;
    }
    try {
      Packet again = PubSubCodec.decode(code, PubSubCodec.encode(packet.get())).orElseThrow();
      if (!again.equals(packet.get())) {
        throw new AssertionError(packet.get() + " became " + again);
      }
    } catch (ProtocolViolation e) {
      throw new AssertionError("what was decoded can't be decoded again: " + packet.get(), e);
    }
    if (packet.get() instanceof Packet.Publish publish && publish.message().isAuthentic()) {
      publish.message().publishedAt();
    }
  }
}
