/** Fixtures: virtual time, a network on it, and a hand-driven discv4 peer on a real socket. */
package io.kadlink.discovery.testing;
