package io.kadlink.discovery;

import java.net.InetAddress;
import java.util.OptionalInt;

/**
 * Where others reach this node, known better than from what they say: from a router that forwards
 * ports, or from a server that was asked.
 *
 * @param tcpPort empty: the one this node listens on
 * @param udpPort empty: the one others see, as far as they see the same address
 */
public record KnownEndpoint(InetAddress address, OptionalInt tcpPort, OptionalInt udpPort) {}
