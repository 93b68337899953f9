package io.kadlink.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Option values from a TOML file: a key is an option's name without its dashes, e.g. {@code
 * max-peers = 25}; lists are arrays. The command line wins.
 */
final class TomlDefaults implements IDefaultValueProvider {
  private static final String FLAG = "--config";

  private final JsonNode table;

  private TomlDefaults(JsonNode table) {
    this.table = table;
  }

  /**
   * The file that {@code --config} names in {@code args}, read before the real parse because its
   * values are that parse's defaults.
   *
   * @throws CommandFailure when it can't be read, is no TOML, or has a key that is no option of
   *     {@code command}
   */
  static Optional<TomlDefaults> from(String[] args, CommandLine command) {
    @Nullable String file = null;
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith(FLAG + "=")) {
        file = args[i].substring(FLAG.length() + 1);
      } else if (args[i].equals(FLAG) && i + 1 < args.length) {
        file = args[i + 1];
      }
    }
    return file == null ? Optional.empty() : Optional.of(read(Path.of(file), command));
  }

  private static TomlDefaults read(Path file, CommandLine command) {
    JsonNode table;
    try {
      table = new TomlMapper().readTree(file.toFile());
    } catch (JsonProcessingException e) {
      String place = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
      throw new CommandFailure(
          file + " is not valid TOML" + place + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new CommandFailure("The configuration can't be read: " + e, e);
    }
    List<String> unknown = new ArrayList<>();
    table
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (command.getCommandSpec().findOption("--" + key) == null) {
                unknown.add(key);
              }
            });
    if (!unknown.isEmpty()) {
      throw new CommandFailure(
          file + " sets " + unknown + ", which is no option of 'kadlink node'; see --help");
    }
    return new TomlDefaults(table);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return null;
    }
    JsonNode value = table.path(option.longestName().substring(2));
    if (value.isMissingNode()) {
      return null;
    }
    if (value.isArray()) {
      List<String> items = new ArrayList<>();
      value.forEach(item -> items.add(item.asText()));
      return String.join(",", items);
    }
    return value.asText();
  }
}
