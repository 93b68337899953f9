package io.kadlink.rlpx.wire;

/** Makes text that a stranger sent safe to print on one line. */
public final class Printable {
  private static final int MAX_LENGTH = 256;

  private Printable() {}

  /**
   * At most {@value #MAX_LENGTH} characters of {@code text}, with a '?' for whatever could spoil a
   * terminal or a log line.
   */
  public static String of(String text) {
    StringBuilder safe = new StringBuilder();
    text.codePoints()
        .limit(MAX_LENGTH)
        .map(c -> isHarmless(c) ? c : '?')
        .forEach(safe::appendCodePoint);
    safe.setLength(Math.min(safe.length(), MAX_LENGTH));
    return safe.toString();
  }

  private static boolean isHarmless(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
