package io.kadlink.rlpx.wire;

import org.apache.tuweni.bytes.Bytes;

/**
 * Something a Hello says after its known fields, for whoever understands it: {@code [name, value]}.
 * All others skip it, as EIP-8 has them do with list elements they don't know.
 *
 * @param name what kind it is, 1 to {@value #MAX_NAME_LENGTH} printable ASCII characters
 * @param value means what the kind says it means
 */
public record HelloElement(String name, Bytes value) {
  /** Names are for telling kinds apart, and every byte of a Hello counts. */
  public static final int MAX_NAME_LENGTH = 16;

  public HelloElement {
    if (name.isEmpty()
        || name.length() > MAX_NAME_LENGTH
        || !name.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException("not a Hello element's name: '" + name + "'");
    }
  }

  /** Shows the size only: values are long. */
  @Override
  public String toString() {
    return name + " (" + value.size() + " bytes)";
  }
}
