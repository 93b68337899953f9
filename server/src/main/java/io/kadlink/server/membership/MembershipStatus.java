package io.kadlink.server.membership;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a server knows of membership at this moment.
 *
 * @param required whether members alone are admitted
 * @param authorities the organisations whose members are; empty when everyone is admitted
 * @param own what this node shows of itself
 * @param readAt when the files were last read with success
 * @param failure why they could not be read since then; what was read before goes on to count
 */
public record MembershipStatus(
    boolean required,
    List<AuthorityStatus> authorities,
    Optional<Own> own,
    Instant readAt,
    Optional<String> failure) {

  /**
   * The chain a node shows.
   *
   * @param subject whom its certificate names
   * @param serial of its certificate, in hex digits
   * @param expires when the first certificate of the chain does
   */
  public record Own(String subject, String serial, Instant expires) {}
}
