package io.kadlink.rlpx.frame;

import io.netty.buffer.ByteBufAllocator;

/**
 * What a handshake leaves behind: the keys of one session, seen from one side (rlpx.md §Initial
 * Handshake, §MAC). Not printable on purpose.
 */
public final class FrameKeys {
  private final byte[] aesSecret;
  private final byte[] macSecret;
  private final byte[] egressMac;
  private final byte[] ingressMac;

  /**
   * @param aesSecret 32 bytes
   * @param macSecret 32 bytes
   * @param egressMac the bytes the sending MAC state starts from
   * @param ingressMac the bytes the receiving MAC state starts from
   */
  public FrameKeys(byte[] aesSecret, byte[] macSecret, byte[] egressMac, byte[] ingressMac) {
    this.aesSecret = aesSecret.clone();
    this.macSecret = macSecret.clone();
    this.egressMac = egressMac.clone();
    this.ingressMac = ingressMac.clone();
  }

  /** A writer at the start of the outgoing stream; one per session. */
  public FrameWriter writer() {
    return new FrameWriter(new FrameCipher(aesSecret), new FrameMac(macSecret, egressMac));
  }

  /**
   * A reader at the start of the incoming stream; one per session.
   *
   * @param allocator has the memory for long frames
   */
  public FrameReader reader(ByteBufAllocator allocator) {
    return new FrameReader(
        new FrameCipher(aesSecret), new FrameMac(macSecret, ingressMac), allocator);
  }

  byte[] aesSecret() {
    return aesSecret.clone();
  }

  byte[] macSecret() {
    return macSecret.clone();
  }

  byte[] egressMac() {
    return egressMac.clone();
  }

  byte[] ingressMac() {
    return ingressMac.clone();
  }
}
