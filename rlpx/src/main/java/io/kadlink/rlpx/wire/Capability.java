package io.kadlink.rlpx.wire;

import java.util.Comparator;

/**
 * A subprotocol name and version, as Hello lists it.
 *
 * @param name 1 to 8 ASCII characters
 * @param version 0 or more
 */
public record Capability(String name, int version) implements Comparable<Capability> {
  /** RLPx: "the capability name ... up to 8 ASCII characters". */
  public static final int MAX_NAME_LENGTH = 8;

  private static final Comparator<Capability> ORDER =
      Comparator.comparing(Capability::name).thenComparingInt(Capability::version);

  public Capability {
    if (name.isEmpty()
        || name.length() > MAX_NAME_LENGTH
        || !name.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new IllegalArgumentException(
          "a capability name is 1 to 8 printable ASCII characters, not '" + name + "'");
    }
    if (version < 0) {
      throw new IllegalArgumentException("a capability version is 0 or more, not " + version);
    }
  }

  @Override
  public int compareTo(Capability other) {
    return ORDER.compare(this, other);
  }

  /** {@code eth/68}. */
  @Override
  public String toString() {
    return name + "/" + version;
  }
}
