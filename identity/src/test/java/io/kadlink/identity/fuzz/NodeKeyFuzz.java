package io.kadlink.identity.fuzz;

import io.kadlink.identity.NodeKey;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A key either parses or is refused, and a refusal never quotes what might be a secret. */
public final class NodeKeyFuzz {
  private NodeKeyFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    String text = new String(data, StandardCharsets.ISO_8859_1);
    try {
      NodeKey key = NodeKey.parse(text);
      if (key.toString().contains(text.strip().toLowerCase(Locale.ROOT))) {
        throw new AssertionError("the secret is in the key's text");
      }
    } catch (IllegalArgumentException refused) {
      if (text.length() > 2 && refused.getMessage().contains(text)) {
        throw new AssertionError("the refusal quotes the input", refused);
      }
    }
  }
}
