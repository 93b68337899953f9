package io.kadlink.discovery.fuzz;

import io.kadlink.discovery.dns.BadEntryException;
import io.kadlink.discovery.dns.EntryCodec;
import java.nio.charset.StandardCharsets;

/** A text of a DNS node list either decodes and prints to itself, or is refused. */
public final class DnsEntryFuzz {
  private DnsEntryFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    String text = new String(data, StandardCharsets.ISO_8859_1);
    try {
      Object entry =
          EntryCodec.isRoot(text) ? EntryCodec.decodeRoot(text) : EntryCodec.decode(text);
      if (!entry.toString().equals(text)) {
        throw new AssertionError("decoding lost characters of " + text);
      }
    } catch (BadEntryException e) {
      // what a codec is for
    }
  }
}
