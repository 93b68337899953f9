package io.kadlink.rlpx;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import io.kadlink.rlpx.frame.FrameReader;
import io.kadlink.rlpx.frame.FrameWriter;
import io.kadlink.rlpx.handshake.HandshakeResult;
import io.kadlink.rlpx.handshake.InitiatorHandshake;
import io.kadlink.rlpx.handshake.PacketAssembler;
import io.kadlink.rlpx.handshake.RecipientHandshake;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.MessageCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.EOFException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/** A peer on a plain blocking socket that does what a test tells it, right or wrong. */
final class RawPeer implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  final NodeKey key;
  final Socket socket;
  private final ByteBuf in = Unpooled.buffer();
  private FrameWriter writer;
  private FrameReader reader;

  @SuppressWarnings("NullAway") // writer and reader come with the handshake
  private RawPeer(Socket socket, NodeKey key) throws IOException {
    this.key = key;
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
  }

  static RawPeer dial(RlpxNode node) throws IOException {
    return new RawPeer(
        new Socket(node.address.getAddress(), node.address.getPort()), NodeKey.generate());
  }

  static RawPeer accept(ServerSocket server, NodeKey key) throws IOException {
    server.setSoTimeout(PATIENCE_MILLIS);
    return new RawPeer(server.accept(), key);
  }

  /** The initiator's side, as {@code identity}. */
  RawPeer shakeHandsWith(PublicKey remote, Signer identity) throws Exception {
    InitiatorHandshake handshake = new InitiatorHandshake(identity, remote, new SecureRandom());
    write(handshake.auth());
    return established(handshake.complete(readPacket()));
  }

  RawPeer shakeHandsWith(RlpxNode node) throws Exception {
    return shakeHandsWith(node.publicKey(), key);
  }

  /** The recipient's side. */
  RawPeer answerHandshake() throws Exception {
    RecipientHandshake.Answer answer =
        new RecipientHandshake(key, new SecureRandom()).answer(readPacket());
    write(answer.ack());
    return established(answer.result());
  }

  /** Exchanges Hellos, listing the echo capability. */
  RawPeer greet() throws Exception {
    send(hello(key.publicKey(), RlpxNode.ECHO));
    if (!(read(false) instanceof Hello)) {
      throw new AssertionError("no Hello");
    }
    return this;
  }

  Hello hello(PublicKey says, Capability... capabilities) {
    return new Hello(5, "raw", List.of(capabilities), 0, says);
  }

  byte[] readPacket() throws Exception {
    PacketAssembler assembler = new PacketAssembler();
    while (!assembler.read(in)) {
      fill();
    }
    return assembler.packet();
  }

  void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Frame data sealed as the session wants it. */
  byte[] seal(byte[] frameData) {
    ByteBuf out = Unpooled.buffer();
    writer.write(frameData, 0, frameData.length, out);
    byte[] bytes = new byte[out.readableBytes()];
    out.readBytes(bytes);
    return bytes;
  }

  /** Sends an uncompressed message. */
  void send(BaseMessage message) throws IOException {
    send(message.id(), BaseMessageCodec.encode(message), false);
  }

  void send(int id, Bytes payload, boolean compressed) throws IOException {
    ByteBuf frame = MessageCodec.encode(UnpooledByteBufAllocator.DEFAULT, id, payload, compressed);
    byte[] data = new byte[frame.readableBytes()];
    frame.readBytes(data);
    write(seal(data));
  }

  /** The next frame's data. */
  byte[] readFrame() throws Exception {
    while (!reader.read(in)) {
      fill();
    }
    return ByteBufUtil.getBytes(reader.data());
  }

  /** The next message but Ping, which must be one of the base protocol. */
  BaseMessage read(boolean compressed) throws Exception {
    byte[] data;
    do {
      data = readFrame();
    } while (data[0] == BaseMessage.Ping.ID);
    ByteBuf frame = Unpooled.wrappedBuffer(data);
    int id = MessageCodec.readId(frame);
    return BaseMessageCodec.decode(id, MessageCodec.payload(frame, compressed));
  }

  /** Whether the other side has closed without saying more. */
  boolean seesTheEnd() throws IOException {
    try {
      return !in.isReadable() && socket.getInputStream().read() < 0;
    } catch (java.net.SocketException reset) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private RawPeer established(HandshakeResult result) {
    writer = result.keys().writer();
    reader = result.keys().reader(UnpooledByteBufAllocator.DEFAULT);
    return this;
  }

  private void fill() throws IOException {
    byte[] piece = new byte[8192];
    int count = socket.getInputStream().read(piece);
    if (count < 0) {
      throw new EOFException("the other side closed");
    }
    in.discardReadBytes();
    in.writeBytes(piece, 0, count);
  }
}
