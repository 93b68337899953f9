package io.kadlink.cli;

import io.kadlink.server.membership.AuthorityDirectory;
import io.kadlink.server.membership.MembershipException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which CA certifies or revokes. */
final class AuthorityOptions {
  @Option(names = "--ca", paramLabel = "DIR", required = true, description = "The CA's folder.")
  private Path folder;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "What the CA's key is encrypted with.")
  private @Nullable Path passwordFile;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  AuthorityOptions() {}

  Path folder() {
    return folder;
  }

  /** Reads the CA, its key included. */
  AuthorityDirectory open() throws MembershipException {
    return AuthorityDirectory.open(folder, CertCommand.password(passwordFile));
  }
}
