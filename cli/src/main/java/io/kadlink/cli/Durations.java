package io.kadlink.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Durations on the command line: {@code 90s}, {@code 1h30m}, {@code 7d}; a bare number is seconds.
 */
final class Durations implements ITypeConverter<Duration> {
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");
  private static final Pattern PARTS =
      Pattern.compile("(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?");

  @Override
  public Duration convert(String text) {
    if (SECONDS.matcher(text).matches()) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    Matcher parts = PARTS.matcher(text);
    if (text.isEmpty() || !parts.matches()) {
      throw new TypeConversionException("'" + text + "' is no duration like 90s, 1h30m or 7d");
    }
    return Duration.ofDays(part(parts, 1))
        .plusHours(part(parts, 2))
        .plusMinutes(part(parts, 3))
        .plusSeconds(part(parts, 4));
  }

  private static long part(Matcher parts, int group) {
    String digits = parts.group(group);
    return digits == null ? 0 : Long.parseLong(digits);
  }

  /** For people: {@code 1h2m3s}, and tenths of seconds below a minute. */
  static String text(Duration duration) {
    if (duration.compareTo(Duration.ofMinutes(1)) < 0) {
      return Math.round(duration.toMillis() / 100.0) / 10.0 + "s";
    }
    String text = (duration.toDays() > 0 ? duration.toDays() + "d" : "");
    text += duration.toHoursPart() > 0 ? duration.toHoursPart() + "h" : "";
    text += duration.toMinutesPart() > 0 ? duration.toMinutesPart() + "m" : "";
    return text + (duration.toSecondsPart() > 0 ? duration.toSecondsPart() + "s" : "");
  }
}
