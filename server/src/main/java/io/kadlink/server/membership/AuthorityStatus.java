package io.kadlink.server.membership;

import java.time.Instant;
import java.util.Optional;

/**
 * An organisation whose members are admitted.
 *
 * @param organisation its name, made safe to print
 * @param serial of its certificate, in hex digits
 * @param expires when its certificate does, and its members with it
 * @param listIssued when its revocation list is from; empty when there is none
 * @param listDue when the next one has to be there
 * @param revoked how many certificates are on it
 */
public record AuthorityStatus(
    String organisation,
    String serial,
    Instant expires,
    Optional<Instant> listIssued,
    Optional<Instant> listDue,
    int revoked) {}
