package io.kadlink.cli;

import io.kadlink.identity.NodeKey;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the key files that commands are given. */
final class KeyFileOption {
  private KeyFileOption() {}

  /**
   * The key in {@code file}.
   *
   * @throws CommandFailure when there is none
   */
  static NodeKey load(Path file) {
    try {
      return NodeKey.load(file);
    } catch (NoSuchFileException e) {
      throw new CommandFailure(
          "There is no key file " + file + "; 'kadlink key generate' makes one", e);
    } catch (IOException e) {
      throw new CommandFailure("No key there: " + e.getMessage(), e);
    }
  }
}
