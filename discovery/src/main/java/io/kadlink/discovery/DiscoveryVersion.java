package io.kadlink.discovery;

/** The versions of the discovery protocol; both can share a UDP port. */
public enum DiscoveryVersion {
  /** devp2p discv4, with EIP-8 and EIP-868. */
  V4,

  /** devp2p discv5, wire version 5.1. */
  V5
}
