package io.kadlink.rlpx.handshake;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signature;
import io.kadlink.identity.Signer;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.rlpx.handshake.HandshakeMessage.Ack;
import io.kadlink.rlpx.handshake.HandshakeMessage.Auth;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPReader;

/**
 * Handshake packets in EIP-8 form: {@code size || ecies(body || padding)}, the size being what the
 * encryption authenticates besides. Elements after those we know, and the padding, are ignored.
 */
final class HandshakeCodec {
  static final int SIZE_BYTES = 2;

  /** EIP-8 asks for at least 100 bytes, so that the packet is longer than one of the old format. */
  private static final int MIN_PADDING_BYTES = 100;

  /** Up to so much more, so that the length tells nothing. */
  private static final int PADDING_SPREAD_BYTES = 200;

  private HandshakeCodec() {}

  static byte[] seal(HandshakeMessage message, PublicKey recipient, RandomGenerator random) {
    Bytes body =
        switch (message) {
          case Auth auth ->
              RLP.encodeList(
                  list -> {
                    list.writeValue(auth.signature().bytes());
                    list.writeValue(auth.initiator().bytes());
                    list.writeValue(auth.nonce());
                    list.writeInt(HandshakeMessage.VERSION);
                  });
          case Ack ack ->
              RLP.encodeList(
                  list -> {
                    list.writeValue(ack.ephemeralKey().bytes());
                    list.writeValue(ack.nonce());
                    list.writeInt(HandshakeMessage.VERSION);
                  });
        };
    int padding = MIN_PADDING_BYTES + random.nextInt(PADDING_SPREAD_BYTES);
    byte[] padded =
        Bytes.concatenate(body, Bytes.wrap(RandomKeys.bytes(random, padding))).toArrayUnsafe();
    int size = Ecies.OVERHEAD_BYTES + padded.length;
    byte[] prefix = {(byte) (size >>> 8), (byte) size};
    byte[] encrypted = Ecies.encrypt(recipient, padded, prefix, random);
    return Bytes.concatenate(Bytes.wrap(prefix), Bytes.wrap(encrypted)).toArrayUnsafe();
  }

  static Auth openAuth(byte[] packet, Signer recipient) throws ProtocolViolation {
    return open(
        packet,
        recipient,
        list ->
            new Auth(
                new Signature(list.readValue()),
                PublicKey.of(list.readValue()),
                Bytes32.wrap(list.readValue())));
  }

  static Ack openAck(byte[] packet, Signer recipient) throws ProtocolViolation {
    return open(
        packet,
        recipient,
        list -> new Ack(PublicKey.of(list.readValue()), Bytes32.wrap(list.readValue())));
  }

  private static <T> T open(byte[] packet, Signer recipient, Function<RLPReader, T> body)
      throws ProtocolViolation {
    if (packet.length < SIZE_BYTES) {
      throw HandshakeRules.broken("handshake-size", "a handshake packet without its size");
    }
    byte[] prefix = {packet[0], packet[1]};
    byte[] plain = Ecies.decrypt(recipient, packet, SIZE_BYTES, prefix);
    try {
      return RLP.decode(Bytes.wrap(plain), reader -> reader.readList(body));
    } catch (InvalidCurveInputException e) {
      throw HandshakeRules.broken("handshake-key", "a handshake with a key that is none", e);
    } catch (RuntimeException e) {
      throw HandshakeRules.broken("handshake-malformed", "a malformed handshake body", e);
    }
  }
}
