package io.kadlink.rlpx;

import io.kadlink.rlpx.frame.FrameWriter;
import io.kadlink.rlpx.wire.Priority;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** The frame data of one message that waits to be sealed, and whose it is. */
final class OutboundFrame {
  private final ByteBuf data;
  private final @Nullable Priority priority;
  private final @Nullable OutboundShare share;
  private final int wireLength;

  /** The place among all frames of its connection; set by {@link OutboundOrder}. */
  long arrival;

  private OutboundFrame(ByteBuf data, @Nullable Priority priority, @Nullable OutboundShare share) {
    this.data = data;
    this.priority = priority;
    this.share = share;
    this.wireLength = FrameWriter.wireLength(data.readableBytes());
  }

  static OutboundFrame of(ByteBuf data, Priority priority, OutboundShare share) {
    return new OutboundFrame(data, priority, share);
  }

  /** One of the base protocol. */
  static OutboundFrame base(ByteBuf data) {
    return new OutboundFrame(data, null, null);
  }

  ByteBuf data() {
    return data;
  }

  /** Null for the base protocol, which goes before all. */
  @Nullable Priority priority() {
    return priority;
  }

  /** Null for the base protocol, which has no bound. */
  @Nullable OutboundShare share() {
    return share;
  }

  /** Bytes on the wire, header and MACs included. */
  int wireLength() {
    return wireLength;
  }
}
