package io.kadlink.cli;

import io.kadlink.identity.PublicKey;
import io.kadlink.server.membership.Authorities;
import io.kadlink.server.membership.MemberChain;
import io.kadlink.server.membership.Membership;
import io.kadlink.server.membership.MembershipException;
import io.kadlink.server.membership.MembershipFiles;
import io.kadlink.server.membership.Verdict;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink cert verify}: what a node that admits members alone would make of a chain. */
@Command(
    name = "verify",
    description =
        "Tell whether a node that shows this file would be admitted, and if not, why. Ends with 1"
            + " when not.",
    mixinStandardHelpOptions = true)
final class CertVerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The node's certificate and those above it.")
  private Path file;

  @Option(
      names = "--membership-ca",
      paramLabel = "FILE",
      required = true,
      description = "CA certificates of the organisations admitted.")
  private Path ca;

  @Option(
      names = "--membership-crl",
      paramLabel = "FILE",
      description = "Their revocation lists (default: nothing is revoked).")
  private @Nullable Path crl;

  @Option(
      names = "--node",
      paramLabel = "NODE",
      description =
          "Who shows it: enode URL, ENR, or public key (default: the node it was issued to).")
  private @Nullable String node;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      description = "When, e.g. 2031-01-01T00:00:00Z (default: now).")
  private @Nullable Instant at;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  CertVerifyCommand() {}

  @Override
  public Integer call() {
    try {
      MemberChain chain = MemberChain.read(file);
      PublicKey key = node == null ? chain.node() : NodeTarget.parse(node).key();
      Authorities authorities =
          new MembershipFiles(Optional.of(ca), Optional.ofNullable(crl), Optional.empty())
              .read(key)
              .authorities()
              .orElseThrow();
      Instant when = at == null ? Instant.now() : at;
      return tell(key, authorities.judge(key, chain.element().value(), when));
    } catch (MembershipException e) {
      throw CertCommand.failure(e);
    }
  }

  private int tell(PublicKey key, Verdict verdict) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("member", verdict instanceof Verdict.Member);
    fields.put("nodeId", key.id().toString());
    switch (verdict) {
      case Verdict.Member member -> {
        Membership membership = member.membership();
        fields.put("organisation", membership.organisation());
        fields.put("subject", membership.subject());
        fields.put("serial", membership.serial());
        fields.put("expires", membership.expires().toString());
      }
      case Verdict.Stranger stranger -> {
        fields.put("rule", stranger.refusal().rule().name().toLowerCase(Locale.ROOT));
        fields.put("disconnectReason", stranger.refusal().reason().toString());
        fields.put("why", stranger.refusal().why());
      }
    }
    if (verdict instanceof Verdict.Stranger stranger) {
      if (json) {
        Output.print(spec, fields, true, Optional.empty());
      }
      throw new CommandFailure("Not a member: " + stranger.refusal().why());
    }
    Output.print(spec, fields, json, Optional.empty());
    return 0;
  }
}
