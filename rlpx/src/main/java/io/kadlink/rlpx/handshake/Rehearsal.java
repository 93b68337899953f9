package io.kadlink.rlpx.handshake;

import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.frame.FrameReader;
import io.kadlink.rlpx.frame.FrameWriter;
import io.kadlink.rlpx.wire.MessageCodec;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.security.SecureRandom;
import org.apache.tuweni.bytes.Bytes;

/**
 * A handshake and a message between two keys made up for it. The first one in a process loads the
 * curve, cipher and compression libraries and takes a hundred times as long as the next: some
 * tenths of a second, or seconds on a busy machine, that should pass neither on an event loop nor
 * with a peer waiting.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /** Does it, unless it has been done in this process. */
  public static void once() {
    Done.AS_CLASSES_LOAD_ONCE.run();
  }

  private static final class Done {
    static final Runnable AS_CLASSES_LOAD_ONCE = rehearse();

    private static Runnable rehearse() {
      SecureRandom random = new SecureRandom();
      NodeKey dialer = NodeKey.generate(random);
      NodeKey dialed = NodeKey.generate(random);
      ByteBuf stream = Unpooled.buffer();
      ByteBuf frame = Unpooled.EMPTY_BUFFER;
      try {
        InitiatorHandshake initiator = new InitiatorHandshake(dialer, dialed.publicKey(), random);
        RecipientHandshake.Answer answer =
            new RecipientHandshake(dialed, random).answer(initiator.auth());
        frame = MessageCodec.encode(UnpooledByteBufAllocator.DEFAULT, 0, Bytes.of(1, 2), true);
        FrameWriter writer = initiator.complete(answer.ack()).keys().writer();
        writer.write(frame.array(), frame.arrayOffset(), frame.readableBytes(), stream);
        FrameReader reader = answer.result().keys().reader(UnpooledByteBufAllocator.DEFAULT);
        if (!reader.read(stream)) {
          throw new IllegalStateException("a frame got lost in rehearsal");
        }
        MessageCodec.readId(reader.data());
        MessageCodec.payload(reader.data(), true);
      } catch (ProtocolViolation e) {
        throw new IllegalStateException("the handshake does not work here", e);
      } finally {
        stream.release();
        frame.release();
      }
      return () -> {};
    }
  }
}
