/**
 * Discovery protocol version 4 (devp2p specification, discv4.md, with EIP-8 and EIP-868): packets
 * as records, their codec, endpoint proofs, requests that wait for an answer, and the protocol's
 * rules. Knows the table; knows nothing of lookups.
 */
@NullMarked
package io.kadlink.discovery.v4;

import org.jspecify.annotations.NullMarked;
