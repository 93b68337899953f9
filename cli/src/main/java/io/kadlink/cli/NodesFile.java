package io.kadlink.cli;

import io.kadlink.discovery.crawl.BadNodeSetException;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.discovery.crawl.NodeSetJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Node sets in files of geth's {@code nodes.json} format. */
final class NodesFile {
  private NodesFile() {}

  /**
   * Reads a set, and checks every signature.
   *
   * @throws CommandFailure when there is no such file, or it holds no node set
   */
  static NodeSet read(Path file, int maxNodes) {
    try (InputStream in = Files.newInputStream(file)) {
      return NodeSetJson.read(in, maxNodes);
    } catch (NoSuchFileException e) {
      throw new CommandFailure("There is no file " + file, e);
    } catch (BadNodeSetException e) {
      throw new CommandFailure(file + " is no node set: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new CommandFailure(file + " can't be read: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a set in one step: the file is never seen half written.
   *
   * @throws CommandFailure when that fails
   */
  static void write(Path file, Collection<CrawledNode> nodes) {
    Path directory = file.toAbsolutePath().getParent();
    @Nullable Path draft = null;
    try {
      draft = Files.createTempFile(directory, "." + file.getFileName(), ".draft");
      try (OutputStream out = Files.newOutputStream(draft)) {
        NodeSetJson.write(out, nodes);
      }
      move(draft, file);
    } catch (IOException e) {
      throw new CommandFailure(file + " can't be written: " + e, e);
    } finally {
      if (draft != null) {
        var unused = draft.toFile().delete(); // there only when something failed
      }
    }
  }

  private static void move(Path draft, Path file) throws IOException {
    try {
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
