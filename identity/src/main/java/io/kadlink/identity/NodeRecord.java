package io.kadlink.identity;

import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.identity.crypto.Keccak256;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.jspecify.annotations.Nullable;

/**
 * An Ethereum Node Record (EIP-778), identity scheme "v4". Immutable; a record that exists has a
 * valid signature, unique sorted keys, and at most {@value #MAX_BYTES} bytes of canonical RLP.
 *
 * <p>EIP-778 allows any bytes as a key. Keys are strings here, one character from U+0000 to U+00FF
 * for each byte, so none is lost and their order is the order of the bytes.
 *
 * <p>An entry with a registered key but an odd value (an {@code ip} of three bytes, a port above
 * 65535) does not make a record invalid; the accessor for it then finds nothing.
 */
public final class NodeRecord {
  /** EIP-778: the encoded record's limit. */
  public static final int MAX_BYTES = 300;

  /** What the text form starts with. */
  public static final String PREFIX = "enr:";

  /** The prefix, and four characters for each three bytes. */
  private static final int MAX_TEXT_CHARS = PREFIX.length() + MAX_BYTES / 3 * 4;

  private static final int SIGNATURE_BYTES = 64;
  private static final Bytes SCHEME_V4 = RLP.encodeString("v4");

  private final long seq;
  private final SortedMap<String, Bytes> entries;
  private final PublicKey publicKey;
  private final Bytes encoded;

  private NodeRecord(
      long seq, SortedMap<String, Bytes> entries, PublicKey publicKey, Bytes encoded) {
    this.seq = seq;
    this.entries = Collections.unmodifiableSortedMap(entries);
    this.publicKey = publicKey;
    this.encoded = encoded;
  }

  /**
   * Decodes and verifies the RLP form.
   *
   * @throws InvalidRecordException when it is malformed, too large, unsorted or wrongly signed
   */
  public static NodeRecord decode(Bytes rlp) {
    if (rlp.size() > MAX_BYTES) {
      throw new InvalidRecordException(
          "a record has at most " + MAX_BYTES + " bytes, not " + rlp.size());
    }
    Bytes encoded = CanonicalRlp.flatCopy(rlp);
    List<Bytes> items = CanonicalRlp.listItems(encoded);
    if (items.size() < 2 || items.size() % 2 != 0) {
      throw new InvalidRecordException(
          "a record is a list of signature, seq and key/value pairs, not "
              + items.size()
              + " items");
    }
    Bytes signature = CanonicalRlp.string(items.get(0));
    if (signature.size() != SIGNATURE_BYTES) {
      throw new InvalidRecordException(
          "a v4 signature has " + SIGNATURE_BYTES + " bytes, not " + signature.size());
    }
    long seq = decodeSeq(CanonicalRlp.string(items.get(1)));
    SortedMap<String, Bytes> entries = decodeEntries(items);
    PublicKey publicKey = requireV4(entries);
    Bytes content = content(seq, entries);
    if (!publicKey.verify(Bytes32.wrap(Keccak256.hash(content.toArrayUnsafe())), signature)) {
      throw new InvalidRecordException("the signature is not made by the record's secp256k1 key");
    }
    return new NodeRecord(seq, entries, publicKey, encoded);
  }

  /**
   * Decodes and verifies the text form, {@code enr:<base64url without padding>}. White space around
   * it is ignored.
   *
   * @throws InvalidRecordException when it is malformed or {@link #decode} refuses it
   */
  public static NodeRecord parse(String text) {
    String stripped = text.strip();
    if (!stripped.startsWith(PREFIX)) {
      throw new InvalidRecordException("a record's text starts with \"" + PREFIX + "\"");
    }
    if (stripped.length() > MAX_TEXT_CHARS) {
      throw new InvalidRecordException(
          "a record's text has at most "
              + MAX_TEXT_CHARS
              + " characters, not "
              + stripped.length());
    }
    String base64 = stripped.substring(PREFIX.length());
    byte[] rlp;
    try {
      rlp = Base64.getUrlDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new InvalidRecordException("after \"enr:\" comes URL-safe base64: " + e.getMessage());
    }
    if (!base64(rlp).equals(base64)) {
      throw new InvalidRecordException("the base64 is padded or has stray bits at its end");
    }
    return decode(Bytes.wrap(rlp));
  }

  /** A record to be signed: no entries, sequence number 1. */
  public static Builder builder() {
    return new Builder(1, new TreeMap<>());
  }

  /**
   * A builder holding this record's entries and {@code seq() + 1}.
   *
   * @throws IllegalStateException when the sequence number can't grow
   */
  public Builder toBuilder() {
    if (seq == -1) {
      throw new IllegalStateException("the sequence number is at its maximum");
    }
    return new Builder(seq + 1, new TreeMap<>(entries));
  }

  /**
   * Sequence number, an unsigned 64-bit integer: compare with {@link Long#compareUnsigned}, print
   * with {@link Long#toUnsignedString(long)}.
   */
  public long seq() {
    return seq;
  }

  public PublicKey publicKey() {
    return publicKey;
  }

  public NodeId id() {
    return publicKey.id();
  }

  /** All entries by key, values as raw RLP items; unknown keys are kept. Unmodifiable. */
  public SortedMap<String, Bytes> entries() {
    return entries;
  }

  /** The raw RLP item stored under {@code key}. */
  public Optional<Bytes> entry(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  /** The bytes stored under {@code key}, unless there are none or a list. */
  public Optional<Bytes> bytes(String key) {
    return entry(key).filter(item -> !CanonicalRlp.isList(item)).map(CanonicalRlp::string);
  }

  /** {@code ip} and {@code udp}; IPv4 first, else {@code ip6} and {@code udp6} (or {@code udp}). */
  public Optional<InetSocketAddress> udpEndpoint() {
    return new RecordEndpoints(this).of("udp").stream().findFirst();
  }

  /** {@code ip} and {@code tcp}; IPv4 first, else {@code ip6} and {@code tcp6} (or {@code tcp}). */
  public Optional<InetSocketAddress> tcpEndpoint() {
    return new RecordEndpoints(this).of("tcp").stream().findFirst();
  }

  /** The UDP endpoints it names, IPv4 before IPv6: none, one or two. */
  public List<InetSocketAddress> udpEndpoints() {
    return new RecordEndpoints(this).of("udp");
  }

  /** The TCP endpoints it names, IPv4 before IPv6: none, one or two. */
  public List<InetSocketAddress> tcpEndpoints() {
    return new RecordEndpoints(this).of("tcp");
  }

  /**
   * The enode URL of this record, when it names an IP address: IPv4 first, else IPv6. A port it
   * does not name is 0.
   */
  public Optional<Enode> enode() {
    return new RecordEndpoints(this).enode();
  }

  /** The signed RLP form. */
  public Bytes encode() {
    return encoded;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NodeRecord that && encoded.equals(that.encoded);
  }

  @Override
  public int hashCode() {
    return encoded.hashCode();
  }

  /** The text form, {@code enr:...}. */
  @Override
  public String toString() {
    return PREFIX + base64(encoded.toArrayUnsafe());
  }

  private static long decodeSeq(Bytes value) {
    if (value.size() > Long.BYTES) {
      throw new InvalidRecordException("the sequence number has more than 64 bits");
    }
    if (!value.isEmpty() && value.get(0) == 0) {
      throw new InvalidRecordException("the sequence number has leading zeros");
    }
    return value.toLong();
  }

  private static SortedMap<String, Bytes> decodeEntries(List<Bytes> items) {
    SortedMap<String, Bytes> entries = new TreeMap<>();
    for (int i = 2; i < items.size(); i += 2) {
      String key = key(CanonicalRlp.string(items.get(i)));
      if (!entries.isEmpty() && entries.lastKey().compareTo(key) >= 0) {
        throw new InvalidRecordException("keys are not sorted and unique at \"" + key + "\"");
      }
      entries.put(key, items.get(i + 1));
    }
    return entries;
  }

  private static PublicKey requireV4(SortedMap<String, Bytes> entries) {
    if (!SCHEME_V4.equals(entries.get("id"))) {
      throw new InvalidRecordException("the only identity scheme is \"v4\", under key \"id\"");
    }
    Bytes item = entries.get("secp256k1");
    if (item == null) {
      throw new InvalidRecordException("a v4 record has a \"secp256k1\" key");
    }
    try {
      return PublicKey.ofCompressed(CanonicalRlp.string(item));
    } catch (InvalidCurveInputException e) {
      throw new InvalidRecordException("the \"secp256k1\" entry: " + e.getMessage());
    }
  }

  /** What is signed: {@code [seq, k, v, ...]}. */
  private static Bytes content(long seq, SortedMap<String, Bytes> entries) {
    return CanonicalRlp.flatCopy(
        RLP.encodeList(
            list -> {
              list.writeValue(Bytes.minimalBytes(seq));
              entries.forEach(
                  (key, item) -> {
                    list.writeByteArray(key.getBytes(StandardCharsets.ISO_8859_1));
                    list.writeRLP(item);
                  });
            }));
  }

  private static String key(Bytes bytes) {
    return new String(bytes.toArrayUnsafe(), StandardCharsets.ISO_8859_1);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Collects entries; {@code id} and {@code secp256k1} are set by {@link #sign}. Not for use by
   * several threads at once.
   */
  public static final class Builder {
    private long seq;
    private final SortedMap<String, Bytes> entries;

    private Builder(long seq, SortedMap<String, Bytes> entries) {
      this.seq = seq;
      this.entries = entries;
    }

    /** The sequence number, an unsigned 64-bit integer. */
    public Builder seq(long seq) {
      this.seq = seq;
      return this;
    }

    /**
     * {@code ip} or {@code ip6} with the ports of that family; port 0 leaves the entry out (and
     * takes away one that is there).
     */
    public Builder endpoint(InetAddress address, int tcpPort, int udpPort) {
      String family = address instanceof Inet4Address ? "" : "6";
      entry("ip" + family, RLP.encodeByteArray(address.getAddress()));
      port("tcp" + family, tcpPort);
      port("udp" + family, udpPort);
      return this;
    }

    /**
     * Any entry, its value as an RLP item.
     *
     * @throws InvalidRecordException when {@code rlpItem} is not exactly one canonical RLP item, or
     *     a character of the key is above U+00FF
     */
    public Builder entry(String key, Bytes rlpItem) {
      if (rlpItem.size() > MAX_BYTES) {
        throw new InvalidRecordException("a value of " + rlpItem.size() + " bytes fits no record");
      }
      if (key.chars().anyMatch(c -> c > 0xff)) {
        throw new InvalidRecordException("the key \"" + key + "\" is not made of bytes");
      }
      Bytes item = CanonicalRlp.flatCopy(rlpItem);
      CanonicalRlp.requireOneItem(item);
      entries.put(key, item);
      return this;
    }

    public Builder remove(String key) {
      entries.remove(key);
      return this;
    }

    /**
     * The record, signed by {@code signer}, whose key becomes the record's.
     *
     * @throws InvalidRecordException when it would be over {@value #MAX_BYTES} bytes
     */
    public NodeRecord sign(Signer signer) {
      SortedMap<String, Bytes> all = new TreeMap<>(entries);
      all.put("id", SCHEME_V4);
      all.put("secp256k1", RLP.encodeValue(signer.publicKey().compressed()));
      Bytes content = content(seq, all);
      Bytes32 digest = Bytes32.wrap(Keccak256.hash(content.toArrayUnsafe()));
      Bytes signature = signer.sign(digest).withoutRecoveryId();
      Bytes encoded =
          CanonicalRlp.flatCopy(
              RLP.encodeList(
                  list -> {
                    list.writeValue(signature);
                    CanonicalRlp.listItems(content).forEach(list::writeRLP);
                  }));
      if (encoded.size() > MAX_BYTES) {
        throw new InvalidRecordException(
            "a record has at most " + MAX_BYTES + " bytes, this would have " + encoded.size());
      }
      return new NodeRecord(seq, all, signer.publicKey(), encoded);
    }

    private void port(String key, int port) {
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("ports are 0 to 65535, not " + port);
      }
      if (port == 0) {
        remove(key);
      } else {
        entry(key, RLP.encodeInt(port));
      }
    }
  }
}
