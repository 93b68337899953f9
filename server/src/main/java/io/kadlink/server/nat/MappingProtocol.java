package io.kadlink.server.nat;

/** The protocols in which routers take requests for port mappings. */
public enum MappingProtocol {
  /** RFC 6887. */
  PCP("pcp"),
  /** NAT-PMP, RFC 6886. */
  PMP("pmp"),
  /** UPnP's Internet Gateway Device, versions 1 and 2. */
  UPNP("upnp");

  private final String label;

  MappingProtocol(String label) {
    this.label = label;
  }

  /** In options, metrics and logs. */
  public String label() {
    return label;
  }
}
