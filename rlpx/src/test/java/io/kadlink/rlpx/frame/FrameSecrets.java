package io.kadlink.rlpx.frame;

/** Lets tests of other packages see what only frames may use. */
public final class FrameSecrets {
  private FrameSecrets() {}

  public static byte[] aes(FrameKeys keys) {
    return keys.aesSecret();
  }

  public static byte[] mac(FrameKeys keys) {
    return keys.macSecret();
  }

  public static byte[] egressMac(FrameKeys keys) {
    return keys.egressMac();
  }

  public static byte[] ingressMac(FrameKeys keys) {
    return keys.ingressMac();
  }
}
