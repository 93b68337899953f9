package io.kadlink.cli;

import io.kadlink.identity.PublicKey;
import io.kadlink.server.membership.CertificateAuthority;
import io.kadlink.server.membership.MemberChain;
import io.kadlink.server.membership.MembershipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink cert issue}: makes a node a member. */
@Command(
    name = "issue",
    description =
        "Certify a node's key, so that it is a member of the CA's organisation. The node shows the"
            + " file with --membership-cert.",
    mixinStandardHelpOptions = true)
final class CertIssueCommand implements Runnable {
  private static final Duration A_YEAR = Duration.ofDays(365);

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NODE",
      arity = "0..1",
      description = "enode URL, ENR, or public key of 128 hex digits.")
  private @Nullable String node;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "The node's key file, in place of NODE.")
  private @Nullable Path keyFile;

  @Mixin private AuthorityOptions ca;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "Where the certificate goes, with those above it. Must not exist yet.")
  private Path out;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What the node is called (default: the first digits of its id).")
  private @Nullable String name;

  @Option(
      names = "--valid",
      paramLabel = "DURATION",
      converter = Durations.class,
      description = "For how long (default: 365d, or as long as the CA).")
  private @Nullable Duration valid;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  CertIssueCommand() {}

  @Override
  public void run() {
    PublicKey key = key();
    try {
      CertificateAuthority authority = ca.open().authority();
      Instant now = Instant.now();
      MemberChain chain =
          authority.issue(
              key,
              name == null ? key.id().shortForm() : name,
              CertCommand.from(now),
              until(now, authority),
              new SecureRandom());
      write(chain);
      print(authority, chain, key);
    } catch (MembershipException e) {
      throw CertCommand.failure(e);
    }
  }

  private PublicKey key() {
    if (node != null && keyFile == null) {
      return NodeTarget.parse(node).key();
    }
    if (node == null && keyFile != null) {
      return KeyFileOption.load(keyFile).publicKey();
    }
    throw new ParameterException(spec.commandLine(), "Which node? Give NODE, or its --key-file.");
  }

  private Instant until(Instant now, CertificateAuthority authority) {
    if (valid != null) {
      return now.plus(valid);
    }
    Instant inAYear = now.plus(A_YEAR);
    return inAYear.isAfter(authority.expires()) ? authority.expires() : inAYear;
  }

  private void write(MemberChain chain) {
    try {
      Files.writeString(out, chain.toPem(), StandardOpenOption.CREATE_NEW);
    } catch (java.nio.file.FileAlreadyExistsException e) {
      throw new CommandFailure(out + " exists already; name another file, or remove it", e);
    } catch (IOException e) {
      throw new CommandFailure("The certificate can't be written: " + e, e);
    }
  }

  private void print(CertificateAuthority authority, MemberChain chain, PublicKey key) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("organisation", authority.organisation());
    fields.put("subject", chain.subject());
    fields.put("nodeId", key.id().toString());
    fields.put("serial", chain.serial());
    fields.put("expires", chain.expires().toString());
    fields.put("certificates", chain.length());
    fields.put("helloBytes", chain.element().value().size());
    fields.put("file", out.toString());
    Output.print(spec, fields, json, Optional.empty());
  }
}
