package io.kadlink.server.admission;

import io.kadlink.identity.NodeId;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Who is at the door.
 *
 * @param id proven by the handshake
 * @param socket where it is; empty when a relay carries its bytes
 * @param inbound whether it dialed us
 * @param privileged the limits do not apply: static, or dialed on request
 * @param wanted we dialed it ourselves a moment ago, so a free dial slot may serve it, too
 * @param greeted whether both Hellos are there; else the handshake has just named it
 * @param patient whether {@link Decision.Hold} is a possible answer
 */
public record Applicant(
    NodeId id,
    Optional<InetSocketAddress> socket,
    boolean inbound,
    boolean privileged,
    boolean wanted,
    boolean greeted,
    boolean patient) {}
