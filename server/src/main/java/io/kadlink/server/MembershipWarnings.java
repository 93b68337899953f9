package io.kadlink.server;

import io.kadlink.identity.PublicKey;
import io.kadlink.server.membership.Authorities;
import io.kadlink.server.membership.AuthorityStatus;
import io.kadlink.server.membership.MemberChain;
import io.kadlink.server.membership.MembershipFiles;
import io.kadlink.server.membership.Verdict;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator should do something about when membership files were read. Any thread. */
final class MembershipWarnings {
  private static final Logger LOG = LoggerFactory.getLogger(MembershipWarnings.class);

  /** From here on an operator should know that something is about to end. */
  private static final Duration SOON = Duration.ofDays(7);

  private MembershipWarnings() {}

  /** Verifies signatures: takes milliseconds. */
  static void log(MembershipFiles.Content content, PublicKey self, Instant now) {
    Instant soon = now.plus(SOON);
    content
        .own()
        .map(MemberChain::expires)
        .filter(soon::isAfter)
        .ifPresent(at -> LOG.warn("this node's certificate expires at {}; renew it", at));
    if (content.authorities().isEmpty()) {
      return;
    }
    Authorities authorities = content.authorities().get();
    for (AuthorityStatus each : authorities.status()) {
      if (each.expires().isBefore(soon)) {
        LOG.warn(
            "the CA certificate of {} expires at {}, and its members with it",
            each.organisation(),
            each.expires());
      }
      each.listDue().ifPresent(due -> list(each.organisation(), due, now, soon));
    }
    content
        .own()
        .map(own -> authorities.judge(self, own.element().value(), now))
        .ifPresent(
            verdict -> {
              if (verdict instanceof Verdict.Stranger stranger) {
                LOG.warn("this node would not admit itself: {}", stranger.refusal().why());
              }
            });
  }

  private static void list(String organisation, Instant due, Instant now, Instant soon) {
    if (!due.isAfter(now)) {
      LOG.warn(
          "the revocation list of {} should have been renewed by {}; no new session with its"
              + " members until it is",
          organisation,
          due);
    } else if (due.isBefore(soon)) {
      LOG.warn("the revocation list of {} has to be renewed by {}", organisation, due);
    }
  }
}
