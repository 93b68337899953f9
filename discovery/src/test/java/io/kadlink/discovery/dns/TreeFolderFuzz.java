package io.kadlink.discovery.dns;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Instant;
import java.util.List;

/**
 * What stands about a tree in its folder is read, and once written says the same, or is refused.
 */
public final class TreeFolderFuzz {
  private TreeFolderFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) throws JsonProcessingException {
    TreeFolder folder;
    try {
      folder = TreeFolder.parse(data, List.of());
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return; // what a reader is for
    }
    if (!TreeFolder.parse(folder.infoFile(Instant.EPOCH), List.of()).equals(folder)) {
      throw new AssertionError("a tree changed when it was written: " + folder);
    }
  }
}
