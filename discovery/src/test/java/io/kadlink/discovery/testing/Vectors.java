package io.kadlink.discovery.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.tuweni.bytes.Bytes;

/** Reads vector files: lines of a name and hex digits, {@code #} before comments. */
public final class Vectors {
  private Vectors() {}

  public static Map<String, Bytes> read(String resource) {
    try (InputStream in = Vectors.class.getResourceAsStream("/" + resource)) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" "))
          .collect(Collectors.toMap(parts -> parts[0], parts -> Bytes.fromHexString(parts[1])));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
