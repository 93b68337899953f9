package io.kadlink.cli;

import io.kadlink.server.membership.MembershipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code kadlink cert}: certificates that make nodes members (docs/protocols/membership.md). */
@Command(
    name = "cert",
    description = "Make a CA, and certify, revoke and check nodes as an organisation's members.",
    mixinStandardHelpOptions = true,
    subcommands = {
      CertAuthorityCommand.class,
      CertIssueCommand.class,
      CertRevokeCommand.class,
      CertVerifyCommand.class
    })
final class CertCommand implements Runnable {
  /** Those who check may have a clock that is a little behind. */
  private static final Duration CLOCK_DRIFT = Duration.ofMinutes(5);

  private static final int MAX_PASSWORD_FILE_BYTES = 4096;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  CertCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "cert ca, issue, revoke, or cert verify?");
  }

  /** Since when a certificate made at {@code now} is valid. */
  static Instant from(Instant now) {
    return now.minus(CLOCK_DRIFT);
  }

  /**
   * The first line of a password file.
   *
   * @throws CommandFailure when there is none
   */
  static Optional<char[]> password(@Nullable Path file) {
    if (file == null) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > MAX_PASSWORD_FILE_BYTES) {
        throw new CommandFailure(file + " is too long to hold a password");
      }
      String first = Files.readString(file).lines().findFirst().orElse("");
      if (first.isEmpty()) {
        throw new CommandFailure("The first line of " + file + " is empty: no password");
      }
      return Optional.of(first.toCharArray());
    } catch (IOException e) {
      throw new CommandFailure("The password can't be read: " + e, e);
    }
  }

  static CommandFailure failure(MembershipException e) {
    String message = String.valueOf(e.getMessage());
    return new CommandFailure(Character.toUpperCase(message.charAt(0)) + message.substring(1), e);
  }
}
