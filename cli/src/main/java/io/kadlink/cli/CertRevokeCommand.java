package io.kadlink.cli;

import io.kadlink.server.membership.AuthorityDirectory;
import io.kadlink.server.membership.AuthorityDirectory.Outcome;
import io.kadlink.server.membership.MemberChain;
import io.kadlink.server.membership.MembershipException;
import io.kadlink.server.membership.RevocationReason;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink cert revoke}: takes a certificate back. */
@Command(
    name = "revoke",
    description =
        "Put a certificate on the CA's revocation list, crl.pem in its folder. Nodes that have the"
            + " list as --membership-crl notice within seconds.",
    mixinStandardHelpOptions = true)
final class CertRevokeCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "The certificate, as 'cert issue' wrote it.")
  private @Nullable Path file;

  @Option(
      names = "--serial",
      paramLabel = "HEX",
      description = "Its serial number, in place of FILE.")
  private @Nullable String serial;

  @Option(names = "--renew", description = "No certificate: the same list with a new date.")
  private boolean renew;

  @Mixin private AuthorityOptions ca;

  @Option(
      names = "--reason",
      paramLabel = "REASON",
      description = "One of: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private RevocationReason reason = RevocationReason.UNSPECIFIED;

  @Option(
      names = "--crl-valid",
      paramLabel = "DURATION",
      converter = Durations.class,
      description = "By when the list has to be renewed (default: 30d).")
  private Duration listLasts = Duration.ofDays(30);

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  CertRevokeCommand() {}

  @Override
  public void run() {
    if (Stream.of(file != null, serial != null, renew).filter(it -> it).count() != 1) {
      throw new ParameterException(
          spec.commandLine(), "Which certificate? Give FILE, --serial, or --renew for none.");
    }
    try {
      AuthorityDirectory authority = ca.open();
      Instant now = Instant.now();
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("organisation", authority.authority().organisation());
      if (file != null) {
        MemberChain chain = MemberChain.read(file);
        fields.put("serial", chain.serial());
        told(fields, authority.revoke(chain, reason, now, listLasts));
      } else if (serial != null) {
        fields.put("serial", serial);
        told(fields, authority.revoke(serial, reason, now, listLasts));
      } else {
        authority.renewList(now, listLasts);
      }
      fields.put("revoked", authority.revoked());
      fields.put("crl", ca.folder().resolve(AuthorityDirectory.LIST_FILE).toString());
      fields.put("crlDue", authority.listDue().map(Instant::toString).orElse("never"));
      Output.print(spec, fields, json, Optional.empty());
    } catch (MembershipException e) {
      throw CertCommand.failure(e);
    }
  }

  private static void told(Map<String, Object> fields, Outcome outcome) {
    fields.put("outcome", outcome == Outcome.REVOKED ? "revoked" : "was revoked before");
  }
}
