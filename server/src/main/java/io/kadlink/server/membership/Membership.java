package io.kadlink.server.membership;

import java.time.Instant;

/**
 * What a node's certificates say of it, all of them verified.
 *
 * @param organisation the name of the authority that stands for it: the O of its certificate, else
 *     the CN; made safe to print
 * @param subject whom the node's own certificate names, made safe to print
 * @param serial the serial number of the node's own certificate, in hex digits
 * @param expires when the first certificate of the chain, the authority's included, does
 */
public record Membership(String organisation, String subject, String serial, Instant expires) {}
