package io.kadlink.protocols.pubsub.wire;

/**
 * What a message is about: a name under a chain id. Equal names under different chains are
 * different topics.
 *
 * @param chainId EIP-155 chain id, unsigned 64-bit
 * @param name 1 to {@value Limits#MAX_TOPIC_NAME_BYTES} printable ASCII characters, no space
 */
public record Topic(long chainId, String name) {
  public Topic {
    if (!isValidName(name)) {
      throw new IllegalArgumentException(
          "a topic name is 1 to "
              + Limits.MAX_TOPIC_NAME_BYTES
              + " printable ASCII characters without spaces");
    }
  }

  /** Whether {@code name} can name a topic. */
  static boolean isValidName(String name) {
    return !name.isEmpty()
        && name.length() <= Limits.MAX_TOPIC_NAME_BYTES
        && name.chars().allMatch(c -> c > 0x20 && c < 0x7f);
  }

  /** {@code 1/name}. */
  @Override
  public String toString() {
    return Long.toUnsignedString(chainId) + "/" + name;
  }
}
