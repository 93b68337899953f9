package io.kadlink.discovery.store;

import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A node's row in the file. The store beneath does not notice a flipped bit in what it holds, so a
 * checksum ends each row. Signatures are not checked again before a row is asked for: a sweep over
 * all rows must cost microseconds for each.
 *
 * @param recordSeq of {@code record}, unsigned; 0 without one
 * @param record raw RLP, empty without one
 */
record Row(
    long firstSeen,
    long lastSeen,
    long lastPong,
    NodeStatistics statistics,
    Bytes address,
    int udpPort,
    int tcpPort,
    Bytes publicKey,
    long recordSeq,
    Bytes record) {

  private static final int FIXED_BYTES = 3 * 8 + 10 * 4 + 1 + 2 + 2 + PublicKey.BYTES + 8 + 2 + 4;
  static final int CHECKSUM_BYTES = 4;

  /** What {@code update} makes of {@code old}; null when it is no reason to begin a row. */
  static @Nullable Row updated(@Nullable Row old, NodeUpdate update) {
    Contact contact = update.contact();
    Row base = old != null ? old : contact == null ? null : fresh(contact, update.lastSeen());
    if (base == null) {
      return null;
    }
    NodeRecord newer = update.record();
    boolean better =
        newer != null
            && base.publicKey.equals(newer.publicKey().bytes())
            && (base.record.isEmpty() || Long.compareUnsigned(newer.seq(), base.recordSeq) > 0);
    return new Row(
        base.firstSeen,
        Math.max(base.lastSeen, update.lastSeen()),
        Math.max(base.lastPong, update.lastPong()),
        update.applyTo(base.statistics),
        contact == null ? base.address : Bytes.wrap(contact.address().getAddress()),
        contact == null ? base.udpPort : contact.udp().getPort(),
        contact == null ? base.tcpPort : contact.tcpPort(),
        base.publicKey,
        better && newer != null ? newer.seq() : base.recordSeq,
        better && newer != null ? newer.encode() : base.record);
  }

  private static Row fresh(Contact contact, long now) {
    return new Row(
        now,
        now,
        0,
        NodeStatistics.NONE,
        Bytes.wrap(contact.address().getAddress()),
        contact.udp().getPort(),
        contact.tcpPort(),
        contact.publicKey().bytes(),
        0,
        Bytes.EMPTY);
  }

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + address.size() + record.size());
    out.putLong(firstSeen).putLong(lastSeen).putLong(lastPong);
    put(out, statistics.v4());
    put(out, statistics.v5());
    out.putInt(statistics.dialsSucceeded()).putInt(statistics.dialsFailed());
    out.put((byte) address.size()).put(address.toArrayUnsafe());
    out.putShort((short) udpPort).putShort((short) tcpPort);
    out.put(publicKey.toArrayUnsafe());
    out.putLong(recordSeq).putShort((short) record.size()).put(record.toArrayUnsafe());
    out.putInt(checksum(out.array(), out.position()));
    return out.array();
  }

  /**
   * Reads a row back.
   *
   * @throws DamagedRowException when it is not what {@link #encode} wrote
   */
  static Row decode(byte[] bytes) {
    if (bytes.length < FIXED_BYTES) {
      throw new DamagedRowException("a row of " + bytes.length + " bytes is cut short");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int end = bytes.length - CHECKSUM_BYTES;
    if (in.getInt(end) != checksum(bytes, end)) {
      throw new DamagedRowException("the checksum of a row is wrong");
    }
    in.limit(end);
    try {
      Row row =
          new Row(
              in.getLong(),
              in.getLong(),
              in.getLong(),
              new NodeStatistics(behaviour(in), behaviour(in), in.getInt(), in.getInt()),
              take(in, in.get() & 0xff),
              in.getShort() & 0xffff,
              in.getShort() & 0xffff,
              take(in, PublicKey.BYTES),
              in.getLong(),
              take(in, in.getShort() & 0xffff));
      if (in.hasRemaining() || (row.address.size() != 4 && row.address.size() != 16)) {
        throw new DamagedRowException("a row does not have the shape of one");
      }
      return row;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new DamagedRowException("a row does not have the shape of one");
    }
  }

  /** With key and record checked; empty when the key is no point on the curve. */
  Optional<StoredNode> node() {
    try {
      PublicKey key = PublicKey.of(publicKey);
      return Optional.of(
          new StoredNode(
              key,
              new InetSocketAddress(InetAddress.getByAddress(address.toArrayUnsafe()), udpPort),
              tcpPort,
              decodedRecord(key),
              Instant.ofEpochMilli(firstSeen),
              Instant.ofEpochMilli(lastSeen),
              lastPong == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(lastPong)),
              statistics));
    } catch (InvalidCurveInputException | UnknownHostException e) {
      return Optional.empty();
    }
  }

  private Optional<NodeRecord> decodedRecord(PublicKey key) {
    if (record.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(NodeRecord.decode(record))
          .filter(decoded -> decoded.publicKey().equals(key));
    } catch (InvalidRecordException e) {
      return Optional.empty();
    }
  }

  private static void put(ByteBuffer out, Behaviour behaviour) {
    out.putInt(behaviour.pingsAnswered()).putInt(behaviour.pingsMissed());
    out.putInt(behaviour.consecutiveFailures()).putInt(behaviour.findNodeFailures());
  }

  private static Behaviour behaviour(ByteBuffer in) {
    return new Behaviour(in.getInt(), in.getInt(), in.getInt(), in.getInt());
  }

  private static Bytes take(ByteBuffer in, int count) {
    if (count > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] taken = new byte[count];
    in.get(taken);
    return Bytes.wrap(taken);
  }

  static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
