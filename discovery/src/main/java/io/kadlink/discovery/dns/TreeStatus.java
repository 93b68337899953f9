package io.kadlink.discovery.dns;

import java.util.Optional;

/**
 * How a tree is doing.
 *
 * @param link the tree
 * @param seq its sequence number, unsigned; 0 before the root was found
 * @param rootKnown whether the root was found
 * @param nodes nodes found in the best walk of late
 * @param left entries the current walk still has to look at
 * @param links links to other trees
 * @param lastFailure what went wrong last, unless something succeeded since
 */
public record TreeStatus(
    TreeLink link,
    long seq,
    boolean rootKnown,
    int nodes,
    int left,
    int links,
    Optional<DnsFailure> lastFailure) {}
