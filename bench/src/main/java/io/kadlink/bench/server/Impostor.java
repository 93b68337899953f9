package io.kadlink.bench.server;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.frame.FrameReader;
import io.kadlink.rlpx.frame.FrameWriter;
import io.kadlink.rlpx.handshake.HandshakeResult;
import io.kadlink.rlpx.handshake.InitiatorHandshake;
import io.kadlink.rlpx.handshake.PacketAssembler;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.MessageCodec;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** The dialing side of a session on a blocking socket, with a key of its own and no manners. */
final class Impostor {
  private static final int PIECE_BYTES = 4096;

  /** The first id after the base protocol's: the only protocol here has it. */
  private static final int FIRST_ID = 16;

  private final Socket socket;
  private final PublicKey server;
  private final NodeKey key = NodeKey.generate();
  private final ByteBuf in = Unpooled.buffer();
  private @Nullable FrameWriter writer;
  private @Nullable FrameReader reader;

  Impostor(Socket socket, PublicKey server) {
    this.socket = socket;
    this.server = server;
  }

  OutputStream output() throws IOException {
    return socket.getOutputStream();
  }

  void shakeHands() throws IOException, ProtocolViolation {
    InitiatorHandshake handshake =
        new InitiatorHandshake(key, server, new SplittableRandom(System.nanoTime()));
    output().write(handshake.auth());
    PacketAssembler assembler = new PacketAssembler();
    while (!assembler.read(in)) {
      fill();
    }
    HandshakeResult result = handshake.complete(assembler.packet());
    writer = result.keys().writer();
    reader = result.keys().reader(UnpooledByteBufAllocator.DEFAULT);
  }

  /** Exchanges Hellos; fails when it is refused. */
  void greet() throws IOException, ProtocolViolation {
    output().write(sealed(Hello.ID, helloPayload(), false));
    FrameReader frames = made(reader);
    while (!frames.read(in)) {
      fill();
    }
    ByteBuf data = frames.data();
    boolean welcome = MessageCodec.readId(data) == Hello.ID;
    frames.release();
    in.clear();
    if (!welcome) {
      throw new EOFException("refused");
    }
  }

  private Bytes helloPayload() {
    return BaseMessageCodec.encode(
        new Hello(5, "impostor", List.of(new Capability("echo", 1)), 0, key.publicKey()));
  }

  /** Another Hello. */
  byte[] hello() {
    return sealed(Hello.ID, helloPayload(), true);
  }

  /** So many pings in a row. */
  byte[] pings(int count) {
    ByteBuf all = Unpooled.buffer();
    Bytes payload = BaseMessageCodec.encode(new BaseMessage.Ping());
    for (int i = 0; i < count; i++) {
      all.writeBytes(sealed(BaseMessage.Ping.ID, payload, true));
    }
    return ByteBufUtil.getBytes(all);
  }

  /** A message of the protocol. */
  byte[] message(int code, byte[] payload) {
    return sealed(FIRST_ID + code, Bytes.wrap(payload), true);
  }

  private byte[] sealed(int id, Bytes payload, boolean compressed) {
    ByteBuf data = MessageCodec.encode(UnpooledByteBufAllocator.DEFAULT, id, payload, compressed);
    byte[] bytes = ByteBufUtil.getBytes(data);
    data.release();
    ByteBuf frame = Unpooled.buffer();
    made(writer).write(bytes, 0, bytes.length, frame);
    return ByteBufUtil.getBytes(frame);
  }

  private static <T> T made(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("no handshake yet");
    }
    return part;
  }

  private void fill() throws IOException {
    byte[] piece = new byte[PIECE_BYTES];
    int count = socket.getInputStream().read(piece);
    if (count < 0) {
      throw new EOFException("closed");
    }
    in.writeBytes(piece, 0, count);
  }
}
