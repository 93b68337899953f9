package io.kadlink.cli;

import io.kadlink.server.membership.MembershipFiles;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whose members alone are admitted, and what this node shows of itself. */
final class MembershipArguments {
  @Option(
      names = "--membership-ca",
      paramLabel = "FILE",
      description =
          "Admit only nodes certified by one of the CAs in this PEM file (default: everyone).")
  private @Nullable Path ca;

  @Option(
      names = "--membership-crl",
      paramLabel = "FILE",
      description = "Revocation lists of those CAs, in PEM (default: nothing is revoked).")
  private @Nullable Path crl;

  @Option(
      names = "--membership-cert",
      paramLabel = "FILE",
      description = "This node's certificate and those above it, in PEM, shown to every peer.")
  private @Nullable Path certificate;

  MembershipArguments() {}

  /**
   * The files, which may change while the node runs.
   *
   * @throws CommandFailure when one is missing that another needs
   */
  MembershipFiles files() {
    if (crl != null && ca == null) {
      throw new CommandFailure("--membership-crl says nothing without --membership-ca");
    }
    return new MembershipFiles(
        Optional.ofNullable(ca), Optional.ofNullable(crl), Optional.ofNullable(certificate));
  }
}
