package io.kadlink.server.nat.wire;

import java.net.URI;

/**
 * A device that answers a search (UPnP Device Architecture 1.1 §1.3.3).
 *
 * @param target what it says it is, the {@code ST} header
 * @param location where its description is, an {@code http} URL with an IP address
 */
public record SsdpAnswer(String target, URI location) {}
