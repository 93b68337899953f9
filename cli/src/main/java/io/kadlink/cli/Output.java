package io.kadlink.cli;

import io.kadlink.identity.NodeRecord;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
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

  /** A listening node: its enode URL and its record, a line each, or one object for machines. */
  static void printNode(CommandSpec spec, NodeRecord record, boolean json) {
    String enode = record.enode().orElseThrow().toString();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, String> fields = new LinkedHashMap<>();
      fields.put("enode", enode);
      fields.put("enr", record.toString());
      out.println(Json.print(fields));
    } else {
      out.println(enode);
      out.println(record);
    }
    out.flush();
  }
}
