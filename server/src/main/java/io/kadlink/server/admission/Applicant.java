package io.kadlink.server.admission;

import io.kadlink.identity.NodeId;

/**
 * Who is at the door.
 *
 * @param id proven by the handshake
 * @param inbound whether it dialed us
 * @param privileged the limits do not apply: static, or dialed on request
 * @param wanted we dialed it ourselves a moment ago, so a free dial slot may serve it, too
 * @param greeted whether both Hellos are there; else the handshake has just named it
 * @param patient whether {@link Decision.Hold} is a possible answer
 */
public record Applicant(
    NodeId id,
    boolean inbound,
    boolean privileged,
    boolean wanted,
    boolean greeted,
    boolean patient) {}
