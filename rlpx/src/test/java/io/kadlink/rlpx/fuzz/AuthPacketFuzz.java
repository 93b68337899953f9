package io.kadlink.rlpx.fuzz;

import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.handshake.PacketAssembler;
import io.kadlink.rlpx.handshake.RecipientHandshake;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;

/** Whatever comes in place of a handshake packet, in two pieces. */
public final class AuthPacketFuzz {
  private static final RecipientHandshake RECIPIENT =
      new RecipientHandshake(NodeKey.generate(), new Random(1));

  private AuthPacketFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    PacketAssembler assembler = new PacketAssembler();
    ByteBuf in = Unpooled.wrappedBuffer(data);
    try {
      if (assembler.read(in.readSlice(data.length / 2)) || assembler.read(in)) {
        RECIPIENT.answer(assembler.packet());
      }
    } catch (ProtocolViolation expected) {
      // the only way to fail
    }
  }
}
