package io.kadlink.cli;

import io.kadlink.server.membership.AuthorityDirectory;
import io.kadlink.server.membership.CertificateAuthority;
import io.kadlink.server.membership.KeyType;
import io.kadlink.server.membership.MembershipException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink cert ca}: a fresh CA in a folder. */
@Command(
    name = "ca",
    description = {
      "Make a CA in a folder: ca.pem for the --membership-ca of others, its key ca.key, and an"
          + " empty revocation list crl.pem for their --membership-crl.",
      "With --issuer it is below another CA of the same organisation, and may issue to nodes only."
    },
    mixinStandardHelpOptions = true)
final class CertAuthorityCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The CA's folder; made when it is missing.")
  private Path folder;

  @Option(
      names = "--organisation",
      paramLabel = "NAME",
      description = "Whom its members belong to, 1 to 64 characters. For a CA of its own.")
  private @Nullable String organisation;

  @Option(
      names = "--issuer",
      paramLabel = "DIR",
      description = "The CA above this one (default: none, a CA of its own).")
  private @Nullable Path issuer;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What a CA below another is called (default: the folder's name).")
  private @Nullable String name;

  @Option(
      names = "--key-type",
      paramLabel = "TYPE",
      description = "One of: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private KeyType type = KeyType.P256;

  @Option(
      names = "--valid",
      paramLabel = "DURATION",
      converter = Durations.class,
      description = "For how long it can be used (default: 3650d, or as long as its issuer).")
  private @Nullable Duration valid;

  @Option(
      names = "--crl-valid",
      paramLabel = "DURATION",
      converter = Durations.class,
      description = "By when its revocation list has to be renewed (default: 30d).")
  private Duration listLasts = Duration.ofDays(30);

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "Encrypt the key with the first line of this file (default: not encrypted).")
  private @Nullable Path passwordFile;

  @Option(
      names = "--issuer-password-file",
      paramLabel = "FILE",
      description = "What the issuer's key is encrypted with.")
  private @Nullable Path issuerPasswordFile;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  CertAuthorityCommand() {}

  @Override
  public void run() {
    if ((organisation == null) == (issuer == null)) {
      throw new ParameterException(
          spec.commandLine(),
          "Give --organisation for a CA of its own, or --issuer for one below another.");
    }
    try {
      Instant now = Instant.now();
      AuthorityDirectory made =
          AuthorityDirectory.create(
              folder, authority(now), CertCommand.password(passwordFile), now, listLasts);
      print(made.authority(), now.plus(listLasts));
    } catch (MembershipException e) {
      throw CertCommand.failure(e);
    }
  }

  private CertificateAuthority authority(Instant now) throws MembershipException {
    SecureRandom random = new SecureRandom();
    Instant from = CertCommand.from(now);
    if (organisation != null) {
      Duration lasts = valid == null ? Duration.ofDays(3650) : valid;
      return CertificateAuthority.root(organisation, type, from, now.plus(lasts), random);
    }
    Path above = java.util.Objects.requireNonNull(issuer);
    CertificateAuthority root =
        AuthorityDirectory.open(above, CertCommand.password(issuerPasswordFile)).authority();
    String called =
        name == null ? String.valueOf(folder.toAbsolutePath().normalize().getFileName()) : name;
    Instant until = valid == null ? root.expires() : now.plus(valid);
    return root.subordinate(called, type, from, until, random);
  }

  private void print(CertificateAuthority authority, Instant listDue) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("organisation", authority.organisation());
    fields.put("serial", authority.serial());
    fields.put("keyType", type.name().toLowerCase(Locale.ROOT));
    fields.put("expires", authority.expires().toString());
    fields.put("certificate", folder.resolve(AuthorityDirectory.CERTIFICATE_FILE).toString());
    fields.put("key", folder.resolve(AuthorityDirectory.KEY_FILE).toString());
    fields.put("crl", folder.resolve(AuthorityDirectory.LIST_FILE).toString());
    fields.put("crlDue", listDue.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString());
    Output.print(spec, fields, json, Optional.empty());
  }
}
