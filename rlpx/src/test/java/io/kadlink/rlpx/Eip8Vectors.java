package io.kadlink.rlpx;

import io.kadlink.identity.NodeKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Properties;
import org.apache.tuweni.bytes.Bytes32;

/** The vectors EIP-8 gives for the handshake and Hello. */
public final class Eip8Vectors {
  private static final Properties VECTORS = load();

  private Eip8Vectors() {}

  public static byte[] bytes(String name) {
    return HexFormat.of().parseHex(Objects.requireNonNull(VECTORS.getProperty(name), name));
  }

  public static Bytes32 bytes32(String name) {
    return Bytes32.wrap(bytes(name));
  }

  public static NodeKey key(String name) {
    return NodeKey.of(bytes32(name));
  }

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream in = Eip8Vectors.class.getResourceAsStream("/eip-8.properties")) {
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
