package io.kadlink.server.nat;

import java.net.InetAddress;

/**
 * A way out of the local network.
 *
 * @param gateway the router
 * @param local this machine's address on the router's network
 */
record Route(InetAddress gateway, InetAddress local) {}
