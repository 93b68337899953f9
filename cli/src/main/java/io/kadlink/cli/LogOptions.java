package io.kadlink.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** {@code --log-level} and {@code --log-format}: one line an event, on stderr. */
final class LogOptions {
  /** How much is logged. */
  enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /** How a line looks. */
  enum LogFormat {
    TEXT,
    JSON
  }

  private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %-12logger{0} %msg%n%ex{full}";

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug or trace.")
  private @Nullable LogLevel level;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "text or json, on stderr (default: ${DEFAULT-VALUE}).")
  private LogFormat format = LogFormat.TEXT;

  /** Sets the process's logging up; called once, before anything logs. Default: info. */
  void apply() {
    apply(level == null ? LogLevel.INFO : level, format);
  }

  /** For commands whose answer is all that people want to see: trouble only, unless asked to. */
  void applyQuietly() {
    apply(level == null ? LogLevel.WARN : level, format);
  }

  /** For the short commands, which log nothing but trouble unless asked to. */
  static void apply(LogLevel level, LogFormat format) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    EncoderBase<ILoggingEvent> encoder =
        switch (format) {
          case TEXT -> {
            PatternLayoutEncoder text = new PatternLayoutEncoder();
            text.setPattern(PATTERN);
            yield text;
          }
          case JSON -> new JsonEncoder();
        };
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> stderr = new ConsoleAppender<>();
    stderr.setContext(context);
    stderr.setTarget("System.err");
    stderr.setEncoder(encoder);
    stderr.start();
    // Lines of theirs for every query and packet would drown ours.
    context.getLogger("org.xbill.DNS").setLevel(Level.INFO);
    context.getLogger("javax.jmdns").setLevel(Level.INFO);
    ch.qos.logback.classic.Logger root = context.getLogger("ROOT");
    root.setLevel(Level.WARN);
    root.addAppender(stderr);
    context.getLogger("io.kadlink").setLevel(Level.toLevel(level.name()));
  }
}
