/**
 * Datagrams: how discovery sends and receives them, how many it is willing to look at, and Netty's
 * socket behind it. Protocols on top (discv4, discv5) see only {@link
 * io.kadlink.discovery.udp.Transport} and {@link io.kadlink.discovery.udp.DatagramHandler}.
 */
@NullMarked
package io.kadlink.discovery.udp;

import org.jspecify.annotations.NullMarked;
