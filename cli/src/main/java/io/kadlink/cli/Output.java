package io.kadlink.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** What a command prints on stdout: aligned lines for people, one object for machines. */
final class Output {
  private Output() {}

  /**
   * @param fields in the order to print them
   * @param heading a first line for people
   */
  static void print(
      CommandSpec spec, Map<String, ?> fields, boolean json, Optional<String> heading) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.print(fields));
    } else {
      heading.ifPresent(out::println);
      int width = fields.keySet().stream().mapToInt(String::length).max().orElse(0);
      fields.forEach((name, value) -> out.printf("%-" + (width + 2) + "s%s%n", name, value));
    }
    out.flush();
  }
}
