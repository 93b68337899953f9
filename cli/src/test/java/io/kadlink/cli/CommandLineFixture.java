package io.kadlink.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** Runs one command in this JVM and keeps what it printed. */
final class CommandLineFixture {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** Returns the exit code. */
  int run(String... args) {
    CommandLine line = Kadlink.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return Kadlink.execute(args, line);
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }
}
