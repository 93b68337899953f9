package io.kadlink.server.nat.wire;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a UPnP device's description (UPnP Device Architecture 1.1 §2.3) tells how to have ports
 * mapped: its services, with the URLs that control them.
 */
public record DeviceDescription(List<Service> services) {
  /** A gateway with everything has eight. */
  static final int MAX_SERVICES = 64;

  /** The services that map ports, the best one first; all devices have one of them. */
  private static final List<String> MAPPING_SERVICES =
      List.of(
          "urn:schemas-upnp-org:service:WANIPConnection:2",
          "urn:schemas-upnp-org:service:WANIPConnection:1",
          "urn:schemas-upnp-org:service:WANPPPConnection:1");

  private static final String FIREWALL_SERVICE =
      "urn:schemas-upnp-org:service:WANIPv6FirewallControl:1";

  public DeviceDescription {
    services = List.copyOf(services);
  }

  /**
   * One service.
   *
   * @param type as {@code urn:schemas-upnp-org:service:WANIPConnection:1}
   * @param control where it takes actions, at the address the description came from
   */
  public record Service(String type, URI control) {}

  /**
   * Reads a description.
   *
   * @param from where it came from; services at other addresses are left out
   * @throws BadAnswerException when it is none
   */
  public static DeviceDescription decode(byte[] document, URI from) {
    Reader reader = new Reader();
    XmlText.walk(document, reader);
    URI base = from;
    if (!reader.base.isEmpty()) {
      base = SsdpCodec.httpUrl(reader.base);
    }
    List<Service> services = new ArrayList<>();
    for (String[] found : reader.found) {
      resolve(base, found[1])
          .filter(control -> SsdpCodec.host(control).equals(SsdpCodec.host(from)))
          .ifPresent(control -> services.add(new Service(found[0], control)));
    }
    return new DeviceDescription(services);
  }

  private static Optional<URI> resolve(URI base, String control) {
    try {
      return control.isEmpty()
          ? Optional.empty()
          : Optional.of(SsdpCodec.httpUrl(base.resolve(control).toString()));
    } catch (IllegalArgumentException | BadAnswerException e) {
      return Optional.empty(); // one service that can't be used does not spoil the others
    }
  }

  /** The service that maps ports, when there is one. */
  public Optional<Service> mappingService() {
    for (String type : MAPPING_SERVICES) {
      for (Service service : services) {
        if (service.type().equals(type)) {
          return Optional.of(service);
        }
      }
    }
    return Optional.empty();
  }

  /** The service that opens the IPv6 firewall, when there is one (version 2 alone). */
  public Optional<Service> firewallService() {
    return services.stream().filter(service -> service.type().equals(FIREWALL_SERVICE)).findFirst();
  }

  private static final class Reader implements XmlText.Listener {
    final List<String[]> found = new ArrayList<>();
    String base = "";
    private String type = "";
    private String control = "";

    @Override
    public void begin(String name) {
      if (name.equals("service")) {
        type = "";
        control = "";
      }
    }

    @Override
    public void end(String name, String text) {
      switch (name) {
        case "URLBase" -> base = text;
        case "serviceType" -> type = text;
        case "controlURL" -> control = text;
        case "service" -> {
          if (found.size() == MAX_SERVICES) {
            throw new BadAnswerException("a device with over " + MAX_SERVICES + " services");
          }
          found.add(new String[] {type, control});
        }
        default -> {
          // names, icons, vendors
        }
      }
    }
  }
}
