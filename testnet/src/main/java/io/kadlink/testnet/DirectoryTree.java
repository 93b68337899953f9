package io.kadlink.testnet;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.nio.file.Path;

/** Removal of the temporary folder of a network whose checks all held. */
public final class DirectoryTree {
  private DirectoryTree() {}

  public static void delete(Path directory) throws IOException {
    MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
  }
}
