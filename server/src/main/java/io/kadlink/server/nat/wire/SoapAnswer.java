package io.kadlink.server.nat.wire;

import java.util.Map;

/** What a UPnP service answers to an action (UPnP Device Architecture 1.1 §3.1). */
public sealed interface SoapAnswer {

  /**
   * It was done.
   *
   * @param values what the action gives back, by name
   */
  record Done(Map<String, String> values) implements SoapAnswer {
    public Done {
      values = Map.copyOf(values);
    }
  }

  /**
   * It was refused.
   *
   * @param code of UPnP, see {@link #why}
   */
  record Refusal(int code) implements SoapAnswer {

    /** In words. */
    public String why() {
      return switch (code) {
        case 401, 602 -> "the router does not know this action";
        case 606 -> "it is not authorised: port mapping is turned off in the router";
        case 701 -> "the router's firewall has no room for more pinholes";
        case 703 -> "the router's firewall lets no pinholes be made";
        case NO_PINHOLE -> "there is no such pinhole";
        case CONFLICT, USED_PORT -> "the external port is taken";
        case NO_ENTRY -> "there is no such mapping";
        case NO_PORTS -> "the router has no ports left";
        default -> "UPnP error " + code;
      };
    }
  }

  /** There is no firewall in the way. */
  int FIREWALL_DISABLED = 702;

  /** There is no such pinhole. */
  int NO_PINHOLE = 704;

  /** There is no such mapping. */
  int NO_ENTRY = 714;

  /** The external port is mapped to someone else. */
  int CONFLICT = 718;

  /** External and internal port have to be the same. */
  int SAME_PORTS = 724;

  /** Mappings have no lifetime here. */
  int ONLY_PERMANENT = 725;

  int NO_PORTS = 728;

  /** As {@link #CONFLICT}, with something that is not a mapping (version 2). */
  int USED_PORT = 729;
}
